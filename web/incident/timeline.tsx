import { useState } from 'react'
import { Button, clock, Complaint, Field } from '../ui/parts.tsx'
import { type Incident, isOver, useDo } from './use.ts'

const FILTERS = {
  all: { label: 'All', fits: () => true },
  people: {
    label: 'Notes and decisions',
    fits: (kind: string) => /noted|decided|evidence|hypothesis/i.test(kind),
  },
  command: {
    label: 'Command',
    fits: (kind: string) =>
      /role|command|handOver|severity|moved|mitigated|clear|declared/i.test(kind),
  },
  messages: { label: 'Messages', fits: (kind: string) => /message/i.test(kind) },
} as const
type Filter = keyof typeof FILTERS

const UNDONE_BY = /severityRaised/

/** Raised is marked by how bad it is, the rest by how it stands: a mark beside words, never alone. */
function markOf(kind: string): string {
  if (/severityRaised|causeLate|expired/i.test(kind)) return 'bg-error'
  if (/allClear|responded|mitigated|causeIdentified|taskDone/i.test(kind)) return 'bg-done'
  if (/message|declared|moved/i.test(kind)) return 'bg-open'
  if (/role|command|handOver/i.test(kind)) return 'bg-held'
  return 'bg-line'
}

/** What happened, the newest first. */
export function Timeline({ incident }: { incident: Incident }) {
  const [filter, setFilter] = useState<Filter>('all')
  const lastMove = incident.timeline.findLast((one) => /severity(Raised|Lowered)/.test(one.kind))
  const entries = incident.timeline.filter((one) => FILTERS[filter].fits(one.kind)).toReversed()
  return (
    <section aria-label="What happened" className="grid gap-2">
      <div role="group" aria-label="Which entries" className="flex flex-wrap gap-1">
        {(Object.keys(FILTERS) as Filter[]).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={filter === one}
            onClick={() => setFilter(one)}
            className={`px-2.5 min-h-8 rounded-md ${filter === one ? 'bg-raise text-text' : 'text-mute hover:text-text'}`}
          >
            {FILTERS[one].label}
          </button>
        ))}
      </div>
      <ol>
        {entries.map((entry) => (
          <li key={entry.seq} className="grid grid-cols-[4.2rem_auto_1fr] gap-x-3 py-1.5">
            <time
              dateTime={entry.at}
              title={new Date(entry.at).toString()}
              className="font-mono text-mute text-[12.5px] pt-0.5"
            >
              {clock(entry.at)}
            </time>
            <span
              aria-hidden="true"
              className={`w-2 h-2 rounded-full mt-1.5 ${markOf(entry.kind)}`}
            />
            <span className="wrap-anywhere">
              {entry.sentence}
              {entry.rule && /^[TRF]\d/.test(entry.rule) ? (
                <span className="text-mute text-[12.5px] block">{ruleOf(entry)}</span>
              ) : null}
              {entry === lastMove && UNDONE_BY.test(entry.kind) && !isOver(incident) ? (
                <Undo name={incident.name} />
              ) : null}
            </span>
          </li>
        ))}
      </ol>
      {entries.length === 0 ? <p className="text-mute">Nothing of this kind yet.</p> : null}
    </section>
  )
}

/** A raise that was wrong is taken back, with a reason that stays on the record. */
function Undo({ name }: { name: string }) {
  const [reason, setReason] = useState<string | null>(null)
  const act = useDo(name, () => setReason(null))
  if (reason === null)
    return (
      <Button
        tone="quiet"
        className="text-[12.5px] !px-0 !min-h-0 block"
        onClick={() => setReason('')}
      >
        undo with a reason
      </Button>
    )
  return (
    <form
      className="flex flex-wrap gap-2 items-end pt-1"
      onSubmit={(event) => {
        event.preventDefault()
        act.mutate({ path: 'undo-raise', body: { reason } })
      }}
    >
      <Field
        label="Why it was wrong"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button type="submit" why={reason.trim() === '' ? 'Say why' : null}>
        Undo
      </Button>
      <Complaint of={act.error} />
    </form>
  )
}

const ruleOf = ({ rule, inputs }: Incident['timeline'][number]): string => {
  const facts = Object.entries(inputs)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .slice(0, 4)
    .map(([name, value]) => `${name} ${value}`)
  return [`rule ${rule}`, ...facts].join(' · ')
}
