import { useState } from 'react'
import { Button, Complaint, Countdown, Field } from '../ui/parts.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { type Incident, useDo } from './use.ts'

const CHECKS: Readonly<Record<string, string>> = {
  monitoring: 'It was watched for long enough',
  alerts: 'Its alerts have been quiet',
  objectives: 'No objective burns its budget',
  parts: 'Its parts are over',
  person: 'Somebody looked: users can work',
}

/** The gate: what has to hold, and what is told when it opens. */
export function AllClear({
  incident,
  isOpen,
  onClose,
}: {
  incident: Incident
  isOpen: boolean
  onClose: () => void
}) {
  const [reason, setReason] = useState('')
  const check = useDo(incident.name)
  const act = useDo(incident.name, onClose)
  const missing = incident.checks.filter((one) => !one.good)
  const audiences = [...new Set(incident.messages.map((one) => one.audience))]
  return (
    <Sheet title="All clear" isOpen={isOpen} onClose={onClose}>
      <div className="grid gap-4">
        <ul className="grid gap-1">
          {incident.checks.map((one) => (
            <li key={one.name} className="flex items-center gap-3 min-h-9">
              <span aria-hidden="true" className={one.good ? 'text-done' : 'text-error'}>
                {one.good ? '✓' : '○'}
              </span>
              <span className="flex-1">
                {CHECKS[one.name]}
                <span className="sr-only">{one.good ? ': yes' : ': not yet'}</span>
              </span>
              {one.until ? <Countdown to={one.until} /> : null}
              {one.name === 'person' && !one.good ? (
                <Button onClick={() => check.mutate({ path: 'check' })}>I have looked</Button>
              ) : null}
            </li>
          ))}
        </ul>
        <p className="text-mute">
          Roles stand down, pages of it end, and{' '}
          {audiences.length > 0
            ? `a last message is owed to ${audiences.join(', ')}`
            : 'nobody was told of it, so nobody has to be told'}
          .
        </p>
        {missing.length > 0 ? (
          <Field
            label="Before its time, because"
            help="It is marked on the record."
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        ) : null}
        <Complaint of={act.error ?? check.error} />
        <Button
          tone="main"
          className="justify-self-start"
          why={
            missing.length > 0 && reason.trim() === ''
              ? 'Wait for what is missing, or say why not.'
              : null
          }
          onClick={() =>
            act.mutate({
              path: 'status',
              body: { to: 'resolved', ...(missing.length > 0 ? { reason } : {}) },
            })
          }
        >
          {missing.length > 0 ? 'All clear all the same' : 'All clear'}
        </Button>
      </div>
    </Sheet>
  )
}
