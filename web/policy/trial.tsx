import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../api.ts'
import { Area } from '../ui/more.tsx'
import { Button, Card, Complaint } from '../ui/parts.tsx'
import type { Policy } from './form.ts'

type Totals = Record<string, number>
type Backtest = {
  before: Totals
  after: Totals
  left: number
  differences: {
    number: number
    title: string
    peak: [number, number]
    late: [number, number]
    missed: [number, number]
  }[]
}
type Simulation = {
  ended: string
  lines: { after: number; kind: string; sentence: string; outcome: string | null }[]
}

const TOTALS: readonly (readonly [string, string])[] = [
  ['incidents', 'incidents'],
  ['raises', 'raised'],
  ['pages', 'steps paged'],
  ['leadersTold', 'leaders told'],
  ['leadersAtNight', 'of these at night'],
  ['owed', 'promises'],
  ['late', 'late'],
  ['missed', 'missed'],
  ['early', 'all-clears that would have had to wait'],
]

/** As a file says it: the one way in which a candidate is sent. */
const asFile = (policy: Policy): string => JSON.stringify({ policy })

/** What the last 90 days would have been under it. */
export function Backtesting({ policy }: { policy: Policy }) {
  const run = useMutation({
    mutationFn: () => post<Backtest>('/policy/backtest', { policy: asFile(policy), since: '90d' }),
  })
  const { data } = run
  return (
    <Card title="The last 90 days under it">
      <div className="grid gap-3">
        <p className="text-mute">
          Past incidents are decided once more, by the same rules as live ones. What people would
          have done otherwise is not guessed.
        </p>
        <Button
          className="justify-self-start"
          disabled={run.isPending}
          onClick={() => run.mutate()}
        >
          Backtest
        </Button>
        <Complaint of={run.error} />
        {data ? (
          <table className="text-left">
            <thead className="text-mute text-[12.5px]">
              <tr>
                <th className="font-normal pr-4" />
                <th className="font-normal pr-4">as it was</th>
                <th className="font-normal">as it would be</th>
              </tr>
            </thead>
            <tbody>
              {TOTALS.map(([key, label]) => (
                <tr key={key} className="border-t border-line">
                  <th scope="row" className="font-normal pr-4 py-1">
                    {label}
                  </th>
                  <td className="tabular pr-4">{data.before[key]}</td>
                  <td
                    className={`tabular ${data.before[key] === data.after[key] ? '' : 'font-semibold'}`}
                  >
                    {data.after[key]}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
        {data && data.differences.length > 0 ? (
          <ul className="grid gap-1">
            {data.differences.slice(0, 10).map((one) => (
              <li key={one.number} className="wrap-anywhere">
                <a href={`/incidents/INC-${one.number}`} className="underline underline-offset-4">
                  INC-{one.number}
                </a>{' '}
                <span className="text-mute">
                  SEV{one.peak.join(' → SEV')}, late {one.late.join(' → ')}, missed{' '}
                  {one.missed.join(' → ')}
                </span>{' '}
                {one.title}
              </li>
            ))}
          </ul>
        ) : null}
        {data && data.left > 0 ? (
          <p className="text-mute">{data.left} incidents have no course that could be replayed.</p>
        ) : null}
      </div>
    </Card>
  )
}

const EXAMPLE = `title: Checkout is down
answers: { mode: outage, scope_pct: 100 }
steps:
  - { at: 3m, acknowledge: ana }
  - { at: 4m, role: commander, person: ben }
  - { at: 9m, message: customers, next: 15m }
  - { at: 45m, move: monitoring }
`

const KINDS: Readonly<Record<string, string>> = {
  paged: 'text-error',
  told: 'text-held',
  owed: 'text-open',
  refused: 'text-warning',
}

/** An incident that is made up, minute by minute. */
export function Simulating({ policy }: { policy: Policy }) {
  const [script, setScript] = useState(EXAMPLE)
  const run = useMutation({
    mutationFn: () => post<Simulation>('/policy/simulate', { script, policy: asFile(policy) }),
  })
  return (
    <Card title="An incident that is made up">
      <div className="grid gap-3">
        <Area
          label="What happens, and after how long"
          rows={8}
          spellCheck={false}
          className="font-mono text-[12.5px]"
          value={script}
          onChange={(event) => setScript(event.target.value)}
        />
        <Button
          className="justify-self-start"
          disabled={run.isPending}
          onClick={() => run.mutate()}
        >
          Play it
        </Button>
        <Complaint of={run.error} />
        {run.data ? (
          <>
            <ol>
              {run.data.lines.map((one, index) => (
                <li
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names, and are replaced together
                  key={index}
                  className="grid grid-cols-[3.5rem_4.5rem_1fr] gap-2 py-0.5"
                >
                  <span className="font-mono text-mute text-[12.5px]">
                    +{Math.floor(one.after / 60)} min
                  </span>
                  <span className={`text-[12.5px] ${KINDS[one.kind] ?? 'text-mute'}`}>
                    {one.kind}
                  </span>
                  <span className="wrap-anywhere">{one.sentence}</span>
                </li>
              ))}
            </ol>
            <p className="text-mute">In the end: {run.data.ended}</p>
          </>
        ) : null}
      </div>
    </Card>
  )
}
