import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { Button, Card, clock, Complaint, Countdown, Severity, State, useNow } from '../ui/parts.tsx'
import { Breach } from './breach.tsx'
import { Kin } from './kin.tsx'
import { dueShown, type Incident, inOrderOfNeed, isOver, type Owed, useDo } from './use.ts'

export const Rail = ({ incident }: { incident: Incident }) => (
  <div className="grid gap-4 min-w-0">
    <OwedCard owed={incident.owed} />
    <Paths incident={incident} />
    <Tasks incident={incident} />
    <Around incident={incident} />
    <Breach incident={incident} />
    <Kin incident={incident} />
  </div>
)

const OUTCOMES: Readonly<Record<string, string>> = {
  met: 'text-done',
  late: 'text-warning',
  missed: 'text-error font-semibold',
  waived: 'text-mute',
}

const KEPT_SHOWN = 5

function OwedCard({ owed }: { owed: readonly Owed[] }) {
  const [isAll, setAll] = useState(false)
  const sorted = inOrderOfNeed(owed)
  const needed = sorted.filter((one) => one.outcome === 'open' || one.outcome === 'missed')
  const shown = isAll ? sorted : sorted.slice(0, Math.max(needed.length, KEPT_SHOWN))
  const count = (outcome: string): number => owed.filter((one) => one.outcome === outcome).length
  const tally = (['open', 'met', 'late', 'missed'] as const)
    .filter((one) => count(one) > 0)
    .map((one) => `${count(one)} ${one}`)
    .join(' · ')
  return (
    <Card title="Owed" aside={<span>{tally}</span>}>
      {owed.length === 0 ? <p className="text-mute">Nothing is owed.</p> : null}
      <ul className="divide-y divide-line -my-2">
        {shown.map((one) => (
          <li key={one.id} className="py-2 grid grid-cols-[1fr_auto] gap-x-3">
            <span className="first-letter:uppercase">{one.label}</span>
            {one.outcome === 'open' ? (
              <Countdown to={one.due} />
            ) : (
              <span className={OUTCOMES[one.outcome]}>{one.outcome}</span>
            )}
            <span className="text-mute text-[12.5px]">
              by {dueShown(one)}
              {one.owner ? ` · ${one.owner.name}` : ''}
            </span>
          </li>
        ))}
      </ul>
      {shown.length < owed.length ? (
        <Button tone="quiet" onClick={() => setAll(true)}>
          All {owed.length}
        </Button>
      ) : null}
    </Card>
  )
}

type Path = Incident['hypotheses'][number]

function Paths({ incident }: { incident: Incident }) {
  const { hypotheses } = incident
  return (
    <Card title="Paths" aside={<span>15 min each</span>}>
      {hypotheses.length === 0 ? (
        <p className="text-mute">Nothing is being tried. What could be the cause?</p>
      ) : (
        <ul className="divide-y divide-line -my-2">
          {hypotheses.toReversed().map((one) => (
            <li key={one.id} className="py-2.5">
              <PathShown incident={incident} path={one} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const VERDICTS: Readonly<Record<string, string>> = {
  confirmed: 'the cause',
  refuted: 'ruled out',
  parked: 'parked',
  expired: 'time is over',
}

function PathShown({ incident, path }: { incident: Incident; path: Path }) {
  const act = useDo(incident.name)
  const isOpen = path.verdict === 'open'
  const isRefuted = path.verdict === 'refuted'
  const verdict = (word: string) =>
    act.mutate({ path: `hypotheses/${path.id}/verdict`, body: { verdict: word } })
  const count = (speaks: string) => path.evidence.filter((one) => one.speaks === speaks).length
  return (
    <div className="grid gap-1.5">
      <p className="wrap-anywhere">
        <span className={isRefuted ? 'line-through text-mute' : 'font-semibold'}>
          {path.statement}
        </span>{' '}
        <span className="text-mute">{path.owner?.name}</span>
      </p>
      {isOpen ? (
        <Box path={path} />
      ) : (
        <p className={`text-[12.5px] ${path.verdict === 'confirmed' ? 'text-done' : 'text-mute'}`}>
          {VERDICTS[path.verdict]}
          {path.disposedAt ? ` ${clock(path.disposedAt).slice(0, 5)}` : ''}
        </p>
      )}
      {path.evidence.length > 0 ? (
        <ul className="text-[12.5px] text-mute grid gap-0.5">
          {path.evidence.map((one) => (
            <li key={`${one.at}${one.text}`} className="wrap-anywhere">
              <span className={one.speaks === 'for' ? 'text-done' : 'text-error'}>
                {one.speaks}
              </span>{' '}
              {one.text}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-[12.5px] text-mute">
          {count('for')} for, {count('against')} against
        </p>
      )}
      {isOver(incident) ? null : isOpen ? (
        <>
          <Evidence incident={incident} path={path} />
          <div className="flex flex-wrap gap-1.5">
            <Button onClick={() => verdict('confirmed')}>It is the cause</Button>
            <Button onClick={() => verdict('refuted')}>Ruled out</Button>
            <Button onClick={() => verdict('parked')}>Park</Button>
          </div>
        </>
      ) : path.verdict === 'confirmed' ? (
        <Button
          tone="quiet"
          className="justify-self-start"
          onClick={() => act.mutate({ path: `hypotheses/${path.id}/withdraw` })}
        >
          Not the cause after all
        </Button>
      ) : (
        <Button
          tone="quiet"
          className="justify-self-start"
          onClick={() => act.mutate({ path: `hypotheses/${path.id}/reopen` })}
        >
          Try it again
        </Button>
      )}
      <Complaint of={act.error} />
    </div>
  )
}

function Box({ path }: { path: Path }) {
  const now = useNow()
  const [from, to] = [Date.parse(path.openedAt), Date.parse(path.expiresAt)]
  const done = Math.min(1, Math.max(0, (now - from) / Math.max(1, to - from)))
  return (
    <div className="grid gap-1">
      <div className="h-1 rounded bg-raise" aria-hidden="true">
        <div className="h-1 rounded bg-held" style={{ width: `${done * 100}%` }} />
      </div>
      <p className="text-[12.5px] text-mute">
        <Countdown to={path.expiresAt} /> left{path.isExtended ? ', extended once' : ''}
      </p>
    </div>
  )
}

function Evidence({ incident, path }: { incident: Incident; path: Path }) {
  const [text, setText] = useState('')
  const act = useDo(incident.name, () => setText(''))
  const add = (speaks: 'for' | 'against') =>
    act.mutate({ path: `hypotheses/${path.id}/evidence`, body: { speaks, text } })
  const why = text.trim() === '' ? 'Write what you saw' : null
  return (
    <div className="flex flex-wrap gap-1.5">
      <input
        aria-label={`What speaks for or against: ${path.statement}`}
        placeholder="What speaks for or against it?"
        maxLength={1_000}
        className="flex-1 min-w-40 bg-bg border border-line rounded-md px-2 min-h-9 text-[13px] placeholder:text-mute"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button why={why} onClick={() => add('for')}>
        For
      </Button>
      <Button why={why} onClick={() => add('against')}>
        Against
      </Button>
      <Complaint of={act.error} />
    </div>
  )
}

function Tasks({ incident }: { incident: Incident }) {
  const [text, setText] = useState('')
  const give = useDo(incident.name, () => setText(''))
  const act = useDo(incident.name)
  const send = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() !== '') give.mutate({ path: 'tasks', body: { text } })
  }
  return (
    <Card title="Tasks">
      <ul className="grid gap-1">
        {incident.tasks.map((one) => (
          <li key={one.id} className="flex items-start gap-2 min-h-9">
            <label className="flex gap-2 items-start flex-1 pt-1.5">
              <input
                type="checkbox"
                className="mt-1"
                checked={one.doneAt !== null}
                onChange={(event) =>
                  act.mutate({
                    path: `tasks/${one.id}/${event.target.checked ? 'done' : 'reopen'}`,
                  })
                }
              />
              <span className={`wrap-anywhere ${one.doneAt ? 'line-through text-mute' : ''}`}>
                {one.text}
                <span className="text-mute text-[12.5px]">
                  {one.outside ? ` · ${one.outside.party}` : ''}
                  {one.owner ? ` · ${one.owner.name}` : ''}
                </span>
              </span>
            </label>
            {one.dueAt && !one.doneAt ? <Countdown to={one.dueAt} /> : null}
          </li>
        ))}
      </ul>
      {isOver(incident) ? null : (
        <form onSubmit={send} className="flex gap-2 pt-1">
          <input
            aria-label="A new task"
            placeholder="Who has to do what?"
            maxLength={1_000}
            className="flex-1 min-w-0 bg-bg border border-line rounded-md px-2 min-h-9 text-[13px] placeholder:text-mute"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Button type="submit" why={text.trim() === '' ? 'Write what has to be done' : null}>
            Add
          </Button>
        </form>
      )}
      <Complaint of={give.error ?? act.error} />
    </Card>
  )
}

const Around = ({ incident }: { incident: Incident }) => (
  <Card title="Services and alerts">
    <p className="flex flex-wrap gap-x-3">
      {incident.services.map((one) => (
        <Link
          key={one.id}
          to="/services/$slug"
          params={{ slug: one.slug }}
          className="underline underline-offset-4"
        >
          {one.name}
        </Link>
      ))}
      {incident.services.length === 0 ? <span className="text-mute">No service named.</span> : null}
    </p>
    {incident.alerts.length > 0 ? (
      <ul className="divide-y divide-line mt-2">
        {incident.alerts.map((one) => (
          <li key={one.name} className="py-1.5 flex flex-wrap gap-x-2">
            <State of={one.status} /> <Severity of={one.severity} />
            <Link
              to="/alerts/$name"
              params={{ name: one.name }}
              className="hover:underline underline-offset-4 wrap-anywhere flex-1 min-w-40"
            >
              {one.title}
            </Link>
          </li>
        ))}
      </ul>
    ) : null}
  </Card>
)
