import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { post } from '../api.ts'
import { Area, Check } from '../ui/more.tsx'
import { Button, Card, clock, Complaint, Countdown, Field } from '../ui/parts.tsx'
import { say } from '../ui/toast.tsx'
import { type Incident, isOver, useDo } from './use.ts'

type Fields = Incident['messages'][number]['fields']
type Name = keyof Fields
type Draft = {
  subject: string
  body: string
  nextAt: string | null
  missing: string[]
  findings: { rule: string; level: string; field: string; sentence: string }[]
}

const EMPTY: Fields = {
  service: '',
  impact: '',
  understanding: '',
  actions: '',
  next: '',
  workaround: '',
  residual: '',
  followUp: '',
}
const LABELS: readonly (readonly [Name, string])[] = [
  ['service', 'What is affected, as users call it'],
  ['impact', 'Who is affected, and how they notice'],
  ['understanding', 'What is known of the cause'],
  ['actions', 'What was done'],
  ['next', 'What comes next'],
  ['workaround', 'What users can do meanwhile'],
]
const AT_THE_END: readonly (readonly [Name, string])[] = [
  ['residual', 'What is left of it (none has to be said too)'],
  ['followUp', 'What follows'],
]
const AUDIENCES = ['engineering', 'internal', 'executives', 'customers'] as const
type Audience = (typeof AUDIENCES)[number]

/** What each audience was told, what it is owed, and the next message, seen before it goes out. */
export function Comms({ incident }: { incident: Incident }) {
  const due = (audience: string) =>
    incident.owed.find((one) => one.outcome === 'open' && one.label.endsWith(` to ${audience}`))
  const first = AUDIENCES.toSorted((a, b) =>
    (due(a)?.due ?? '9') < (due(b)?.due ?? '9') ? -1 : 1,
  )[0]
  const [audience, setAudience] = useState<Audience>(first ?? 'internal')
  return (
    <div className="grid gap-3">
      <div role="group" aria-label="Who is told" className="flex flex-wrap gap-1">
        {AUDIENCES.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={audience === one}
            onClick={() => setAudience(one)}
            className={`px-2.5 min-h-9 rounded-md flex gap-2 items-center ${audience === one ? 'bg-raise text-text' : 'text-mute hover:text-text'}`}
          >
            <span className="first-letter:uppercase">{one}</span>
            {due(one) ? <Countdown to={due(one)?.due ?? ''} /> : null}
          </button>
        ))}
      </div>
      <Message key={audience} incident={incident} audience={audience} />
    </div>
  )
}

/** What was said last, or what the record says, so that nobody begins with an empty page. */
function startOf(incident: Incident, audience: Audience): Fields {
  const own = incident.messages.findLast((one) => one.audience === audience)
  const any = own ?? incident.messages.at(-1)
  if (any) return { ...any.fields, actions: '' }
  const cause = incident.hypotheses.find((one) => one.verdict === 'confirmed')
  return {
    ...EMPTY,
    service: incident.services.map((one) => one.name).join(', '),
    impact: incident.summary,
    understanding: cause ? cause.statement : '',
  }
}

function Message({ incident, audience }: { incident: Incident; audience: Audience }) {
  const [fields, setFields] = useState(() => startOf(incident, audience))
  const [nextIn, setNextIn] = useState('')
  const [also, setAlso] = useState<readonly Audience[]>([])
  const [asked, setAsked] = useState({ fields, nextIn })
  const hasBefore = incident.messages.some((one) => one.audience === audience)
  const over = isOver(incident)
  const act = useDo(incident.name, () => {
    say(`Told ${[audience, ...also].join(', ')}.`)
    setFields({ ...fields, actions: '' })
  })
  // What is typed is asked about once the typing rests.
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ fields, nextIn }), 350)
    return () => clearTimeout(timer)
  }, [fields, nextIn])
  const bodyOf = (given: Fields, minutes: string) => ({
    audience,
    fields: given,
    ...(minutes === ''
      ? {}
      : { nextAt: new Date(Date.now() + Number(minutes) * 60_000).toISOString() }),
  })
  const draft = useQuery({
    queryKey: ['draft', incident.name, incident.status, audience, asked],
    queryFn: () =>
      post<Draft>(
        `/incidents/${incident.name}/messages/preview`,
        bodyOf(asked.fields, asked.nextIn),
      ),
    retry: false,
  })
  const wrong = draft.data?.findings.filter((one) => one.level === 'error') ?? []
  const missing = draft.data?.missing ?? []
  const set = (name: Name, value: string): void => setFields({ ...fields, [name]: value })
  const help = (name: Name): string | null =>
    draft.data?.findings.find((one) => one.field === name)?.sentence ??
    (missing.includes(name) ? 'Needed.' : null)
  const send = (event: FormEvent): void => {
    event.preventDefault()
    act.mutate({ path: 'messages', body: { ...bodyOf(fields, nextIn), also } })
  }
  return (
    <div className="grid gap-4 lg:grid-cols-2 items-start">
      <form className="grid gap-3" onSubmit={send}>
        {hasBefore && !over ? (
          <Button
            className="justify-self-start"
            onClick={() =>
              setFields({
                ...startOf(incident, audience),
                understanding: fields.understanding || 'No change: still investigating.',
              })
            }
          >
            No change: keep what was said, and add one thing that was done
          </Button>
        ) : null}
        {[...LABELS, ...(over ? AT_THE_END : [])].map(([name, label]) => (
          <Area
            key={name}
            rows={name === 'service' ? 1 : 2}
            label={label}
            help={help(name)}
            maxLength={1_000}
            value={fields[name]}
            onChange={(event) => set(name, event.target.value)}
          />
        ))}
        {over ? null : (
          <Field
            label="They hear next in so many minutes"
            help="Left empty: as late as the severity allows."
            type="number"
            min={1}
            max={1_440}
            value={nextIn}
            onChange={(event) => setNextIn(event.target.value)}
          />
        )}
        <fieldset className="flex flex-wrap gap-x-4">
          <legend className="text-mute text-[12.5px]">The same to</legend>
          {AUDIENCES.filter((one) => one !== audience).map((one) => (
            <Check
              key={one}
              label={one}
              isOn={also.includes(one)}
              onChange={(isOn) =>
                setAlso(AUDIENCES.filter((name) => (name === one ? isOn : also.includes(name))))
              }
            />
          ))}
        </fieldset>
        <Complaint of={act.error} />
        <Button
          type="submit"
          tone="main"
          className="justify-self-start"
          why={
            missing.length > 0
              ? `Still needed: ${missing.join(', ')}`
              : (wrong[0]?.sentence ?? (act.isPending ? 'On its way' : null))
          }
        >
          {audience === 'customers'
            ? 'Publish, and copy it to them'
            : `Tell ${[audience, ...also].join(', ')}`}
        </Button>
      </form>
      <div className="grid gap-4 lg:sticky lg:top-44">
        <Card title="As they will read it">
          <p className="font-semibold wrap-anywhere">{draft.data?.subject ?? '…'}</p>
          <p className="whitespace-pre-wrap wrap-anywhere text-[13px] pt-1">{draft.data?.body}</p>
        </Card>
        <Told incident={incident} audience={audience} />
      </div>
    </div>
  )
}

const Told = ({ incident, audience }: { incident: Incident; audience: Audience }) => {
  const told = incident.messages.filter((one) => one.audience === audience).toReversed()
  return (
    <Card title={`What ${audience} ${audience === 'engineering' ? 'was' : 'were'} told`}>
      {told.length === 0 ? <p className="text-mute">Nothing yet.</p> : null}
      <ol className="divide-y divide-line -my-2">
        {told.map((one) => (
          <li key={one.id} className="py-2.5 grid gap-1">
            <p className="font-medium wrap-anywhere">{one.subject}</p>
            <p className="whitespace-pre-wrap wrap-anywhere text-[13px]">{one.body}</p>
            <p className="text-mute text-[12.5px]">
              {clock(one.at).slice(0, 5)}
              {one.by ? ` · ${one.by.name}` : ''}
              {one.promised ? ` · promised ${clock(one.promised).slice(0, 5)}` : ''}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  )
}
