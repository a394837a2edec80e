import { useEffect, useState } from 'react'
import {
  type Finding,
  type Level,
  LEVELS,
  type Policy,
  readList,
  readTell,
  tellText,
  withLevel,
} from './form.ts'

type Row = {
  name: keyof Level
  label: string
  help: string
  show: (level: Level) => string
  read: (text: string) => Partial<Level>
}
const plain = (
  name: 'respond' | 'first_message' | 'update' | 'cause' | 'monitor',
  label: string,
  help: string,
): Row => ({
  name,
  label,
  help,
  show: (level) => level[name],
  read: (text) => ({ [name]: text }),
})

const ROWS: readonly Row[] = [
  {
    name: 'criteria',
    label: 'When it applies',
    help: 'With commas between.',
    show: (level) => level.criteria.join(', '),
    read: (text) => ({ criteria: readList(text) }),
  },
  plain('respond', 'Somebody answers within', '15m, 2h of work, next business day'),
  plain('first_message', 'First message within', 'or: as update'),
  plain('update', 'Then every', '30m, next business day'),
  {
    name: 'audiences',
    label: 'Who hears of it',
    help: 'engineering, internal, executives, customers',
    show: (level) => level.audiences.join(', '),
    read: (text) => ({ audiences: readList(text) }),
  },
  {
    name: 'tell',
    label: 'Who is told by rank',
    help: 'vp at once, manager within 15m, team_lead next stand-up',
    show: (level) => tellText(level.tell),
    read: (text) => ({ tell: readTell(text) }),
  },
  {
    name: 'page_steps',
    label: 'Steps paged at once',
    help: '1 to 10',
    show: (level) => String(level.page_steps),
    read: (text) => ({ page_steps: Number(text) }),
  },
  {
    name: 'roles',
    label: 'Roles that are needed',
    help: 'commander, technical_lead, communications_lead, scribe, deputy, owner',
    show: (level) => level.roles.join(', '),
    read: (text) => ({ roles: readList(text) }),
  },
  plain('cause', 'No cause: more people after', 'or: never'),
  plain('monitor', 'Watched before the all-clear', '15m'),
]

const TONES = ['text-critical', 'text-error', 'text-warning', 'text-info']

/** The severity matrix is the editor: a column a level, a row a question. */
export const Matrix = ({
  policy,
  findings,
  isLocked,
  onChange,
}: {
  policy: Policy
  findings: readonly Finding[]
  isLocked: boolean
  onChange: (policy: Policy) => void
}) => (
  <div className="overflow-x-auto">
    <table className="w-full border-collapse min-w-[60rem]">
      <thead>
        <tr>
          <td className="w-44" />
          {LEVELS.map((word, index) => (
            <th key={word} scope="col" className={`text-left px-1.5 pb-2 ${TONES[index]}`}>
              {policy.levels[word]?.name}{' '}
              <span className="text-mute font-normal">{policy.levels[word]?.label}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ROWS.map((row) => (
          <tr key={row.name} className="border-t border-line align-top">
            <th scope="row" className="text-left font-normal text-mute py-2 pr-2 text-[13px]">
              {row.label}
            </th>
            {LEVELS.map((word) => {
              const level = policy.levels[word]
              const path = `levels.${word}.${row.name}`
              const found = findings.filter((one) => one.path.startsWith(path))
              return (
                <td key={word} className="p-1.5">
                  {level ? (
                    <Cell
                      label={`${row.label}, ${level.name}`}
                      help={row.help}
                      value={row.show(level)}
                      isLocked={isLocked}
                      isLong={
                        row.name === 'criteria' || row.name === 'tell' || row.name === 'roles'
                      }
                      findings={found}
                      onChange={(text) => onChange(withLevel(policy, word, row.read(text)))}
                    />
                  ) : null}
                </td>
              )
            })}
          </tr>
        ))}
        <tr className="border-t border-line">
          <th scope="row" className="text-left font-normal text-mute py-2 text-[13px]">
            A post-mortem is owed
          </th>
          {LEVELS.map((word) => (
            <td key={word} className="p-1.5">
              <input
                type="checkbox"
                className="w-4 h-4 m-2"
                aria-label={`A post-mortem is owed, ${policy.levels[word]?.name}`}
                disabled={isLocked}
                checked={policy.levels[word]?.postmortem ?? false}
                onChange={(event) =>
                  onChange(withLevel(policy, word, { postmortem: event.target.checked }))
                }
              />
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  </div>
)

/** What is typed stays as it is typed until one leaves the cell. */
function Cell({
  label,
  help,
  value,
  isLocked,
  isLong,
  findings,
  onChange,
}: {
  label: string
  help: string
  value: string
  isLocked: boolean
  isLong: boolean
  findings: readonly Finding[]
  onChange: (text: string) => void
}) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const shared = {
    'aria-label': label,
    title: help,
    disabled: isLocked,
    value: text,
    onBlur: () => {
      if (text !== value) onChange(text)
    },
    className: `w-full bg-bg border rounded-md px-2 py-1.5 text-[13px] disabled:opacity-70 ${findings.length > 0 ? 'border-warning' : 'border-line'}`,
  }
  return (
    <>
      {isLong ? (
        <textarea {...shared} rows={3} onChange={(event) => setText(event.target.value)} />
      ) : (
        <input {...shared} onChange={(event) => setText(event.target.value)} />
      )}
      {findings.map((one) => (
        <p key={one.rule} className="text-warning text-[12.5px]">
          {one.sentence}
        </p>
      ))}
    </>
  )
}
