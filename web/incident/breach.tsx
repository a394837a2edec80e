import { type FormEvent, useState } from 'react'
import { Button, Card, Complaint, Countdown, Field, useNow } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { type Incident, useDo } from './use.ts'

/** Who must be told of a breach of data, by when, and who was. */
export function Breach({ incident }: { incident: Incident }) {
  const [isOpen, setOpen] = useState(false)
  const { breach } = incident
  if (incident.status === 'canceled' && !breach) return null
  return (
    <Card
      title="Breach of data"
      aside={
        isOpen ? null : (
          <button
            type="button"
            className="underline decoration-dotted"
            onClick={() => setOpen(true)}
          >
            {breach ? 'change' : 'start the clock'}
          </button>
        )
      }
    >
      {breach ? (
        <>
          <p className="text-mute text-[12.5px] pb-1">
            Known since {when(breach.awareAt)}. To be told within {breach.hours} h, by{' '}
            {when(breach.dueAt)}.
          </p>
          <ul className="divide-y divide-line">
            {breach.tell.map((one) => (
              <PartyShown key={one.whom} incident={incident} party={one} dueAt={breach.dueAt} />
            ))}
          </ul>
        </>
      ) : isOpen ? null : (
        <p className="text-mute">None that is known.</p>
      )}
      {isOpen ? <Clock incident={incident} onDone={() => setOpen(false)} /> : null}
    </Card>
  )
}

type Party = NonNullable<Incident['breach']>['tell'][number]

function PartyShown(props: { incident: Incident; party: Party; dueAt: string }) {
  const { incident, party, dueAt } = props
  const act = useDo(incident.name)
  const now = useNow()
  return (
    <li className="py-2 flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="flex-1 min-w-32 wrap-anywhere first-letter:uppercase">{party.whom}</span>
      {party.toldAt ? (
        <span className={`text-[12.5px] ${party.toldAt <= dueAt ? 'text-done' : 'text-warning'}`}>
          told {when(party.toldAt)}
          {party.reference ? ` · ${party.reference}` : ''}
        </span>
      ) : (
        <>
          {Date.parse(dueAt) < now ? (
            <span className="text-error font-semibold text-[12.5px]">overdue</span>
          ) : (
            <Countdown to={dueAt} />
          )}
          <Button
            aria-label={`${party.whom} was told`}
            onClick={() => act.mutate({ path: 'breach/told', body: { whom: party.whom } })}
          >
            Told now
          </Button>
        </>
      )}
      <Complaint of={act.error} />
    </li>
  )
}

function Clock({ incident, onDone }: { incident: Incident; onDone: () => void }) {
  const { breach } = incident
  const [tell, setTell] = useState('')
  const [hours, setHours] = useState(String(breach?.hours ?? 72))
  const [since, setSince] = useState('')
  const act = useDo(incident.name, onDone)
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const body = {
      tell: tell.split('\n').filter((line) => line.trim() !== ''),
      hours: Number(hours),
      ...(since === '' ? {} : { awareAt: new Date(since).toISOString() }),
    }
    act.mutate({ path: 'breach', body })
  }
  return (
    <form onSubmit={send} className="grid gap-2 pt-2">
      <label className="grid gap-1">
        <span className="text-mute text-[12.5px]">
          {breach ? 'Who else must be told, one a line' : 'Who must be told, one a line'}
        </span>
        <textarea
          rows={2}
          className="bg-bg border border-line rounded-md px-3 py-2 w-full"
          placeholder="Data protection authority"
          value={tell}
          onChange={(event) => setTell(event.target.value)}
        />
      </label>
      <Field
        label={breach ? 'Known since; left out, as it is' : 'Known since; left out, now'}
        type="datetime-local"
        value={since}
        onChange={(event) => setSince(event.target.value)}
      />
      <Field
        label="Within hours"
        type="number"
        min={1}
        max={720}
        required
        value={hours}
        onChange={(event) => setHours(event.target.value)}
      />
      <div className="flex gap-2">
        <Button type="submit" why={!breach && tell.trim() === '' ? 'Write who must be told' : null}>
          {breach ? 'Save' : 'Start the clock'}
        </Button>
        <Button tone="quiet" onClick={onDone}>
          Not now
        </Button>
      </div>
      <Complaint of={act.error} />
    </form>
  )
}
