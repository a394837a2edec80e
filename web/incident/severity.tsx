import { type FormEvent, useState } from 'react'
import { Select } from '../ui/more.tsx'
import { Button, clock, Complaint, Field } from '../ui/parts.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { type Incident, useDo } from './use.ts'

export type Answers = Record<string, string | number>

export const QUESTIONS: readonly (readonly [
  string,
  string,
  readonly (readonly [string, string])[],
])[] = [
  [
    'mode',
    'What do users notice?',
    [
      ['unknown', 'not known yet'],
      ['outage', 'nothing works'],
      ['degraded', 'it works badly'],
      ['featureDown', 'a feature is down'],
      ['riskOnly', 'nothing; the next failure would be an outage'],
      ['cosmetic', 'something cosmetic'],
      ['none', 'nothing'],
    ],
  ],
  [
    'feature',
    'Which feature?',
    [
      ['unknown', 'not known yet'],
      ['key', 'a key one'],
      ['minor', 'a minor one'],
    ],
  ],
  [
    'security',
    'Could somebody have got in?',
    [
      ['unknown', 'not known yet'],
      ['none', 'no'],
      ['suspected', 'it is suspected'],
      ['confirmed', 'yes'],
    ],
  ],
  [
    'data',
    'Is data at risk?',
    [
      ['unknown', 'not known yet'],
      ['none', 'no'],
      ['concern', 'there is a concern'],
      ['loss', 'data is or may be lost'],
    ],
  ],
  [
    'reporter',
    'Who noticed?',
    [
      ['monitoring', 'monitoring'],
      ['employee', 'somebody here'],
      ['customer', 'a customer'],
      ['partner', 'a partner'],
    ],
  ],
  [
    'payingAffected',
    'Are paying customers hit?',
    [
      ['unknown', 'not known yet'],
      ['yes', 'yes'],
      ['no', 'no'],
    ],
  ],
  [
    'workaround',
    'Is there a workaround?',
    [
      ['unknown', 'not known yet'],
      ['yes', 'yes'],
      ['no', 'no'],
    ],
  ],
]

/** Only what makes a difference is asked: a feature where one is down, a share where it is not all. */
export const Questions = ({
  answers,
  onChange,
}: {
  answers: Answers
  onChange: (answers: Answers) => void
}) => (
  <div className="grid gap-3 sm:grid-cols-2">
    {QUESTIONS.filter(([name]) => name !== 'feature' || answers.mode === 'featureDown').map(
      ([name, label, options]) => (
        <Select
          key={name}
          label={label}
          value={String(answers[name] ?? 'unknown')}
          options={options.map(([value, text]) => ({ value, label: text }))}
          onChange={(event) => onChange({ ...answers, [name]: event.target.value })}
        />
      ),
    )}
    <Field
      label="How many users, in percent?"
      type="number"
      min={0}
      max={100}
      placeholder="not known yet"
      value={answers.scopePct === 'unknown' ? '' : (answers.scopePct ?? '')}
      onChange={(event) =>
        onChange({
          ...answers,
          scopePct: event.target.value === '' ? 'unknown' : Number(event.target.value),
        })
      }
    />
  </div>
)

export function SeveritySheet({
  incident,
  isOpen,
  onClose,
}: {
  incident: Incident
  isOpen: boolean
  onClose: () => void
}) {
  return (
    <Sheet title="Severity" isOpen={isOpen} onClose={onClose}>
      {isOpen ? <Form incident={incident} onClose={onClose} /> : null}
    </Sheet>
  )
}

function Form({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const [answers, setAnswers] = useState(incident.answers as Answers)
  const [reason, setReason] = useState('')
  const act = useDo(incident.name, onClose)
  const now = incident.severity?.level ?? 4
  const last = incident.levels.at(-1)
  const answer = (event: FormEvent): void => {
    event.preventDefault()
    act.mutate({ path: 'answers', body: answers })
  }
  return (
    <div className="grid gap-5">
      <p className="text-mute">
        {incident.severity?.name}
        {last
          ? ` since ${clock(last.at)}, by ${last.rule === 'person' ? (last.by?.name ?? 'a person') : `rule ${last.rule}`}`
          : ''}
        . {incident.floors.length > 0 ? `Held by ${incident.floors.join(', ')}. ` : ''}
        Anybody may raise it; the commander lowers it, with a reason.
      </p>
      <form className="grid gap-3" onSubmit={answer}>
        <Questions answers={answers} onChange={setAnswers} />
        <Button type="submit" tone="main" className="justify-self-start">
          Answer, and let the rules decide
        </Button>
      </form>
      <div className="grid gap-3 border-t border-line pt-4">
        <Field label="Reason" value={reason} onChange={(event) => setReason(event.target.value)} />
        <div className="flex flex-wrap gap-2">
          {[1, 2, 3, 4].map((level) => (
            <Button
              key={level}
              why={
                level === now
                  ? 'It is that.'
                  : level > now && reason.trim() === ''
                    ? 'Say why it goes down.'
                    : null
              }
              onClick={() =>
                act.mutate({
                  path: level < now ? 'raise' : 'lower',
                  body: { severity: level, ...(reason.trim() === '' ? {} : { reason }) },
                })
              }
            >
              {level < now ? 'Raise' : level > now ? 'Lower' : 'Keep'} to SEV{level}
            </Button>
          ))}
        </div>
      </div>
      <Complaint of={act.error} />
    </div>
  )
}
