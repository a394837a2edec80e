/**
 * From an empty instance to a page that somebody answered, in a few minutes: each step is done where
 * it stands, and is seen to be done by what there is, not by a tick.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import type { AlertShown, MeShown, SourceShown } from '../../src/contract/views.ts'
import { get, post, put } from '../api.ts'
import type { Edited } from '../config/editor.tsx'
import { type Named, useNamed } from '../config/lists.ts'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { Reach } from './reach.tsx'
import { SetUp } from './sources.tsx'

const DISMISSED = 'allclear.first-run'
type Facts = {
  isReached: boolean
  service: Named | null
  source: SourceShown | null
  hasRota: boolean
  drill: AlertShown | null
}

function useFacts(): Facts | null {
  const reach = useQuery({
    queryKey: ['live', 'reach'],
    queryFn: () => get<{ contacts: { verifiedAt: string | null }[] }>('/people/me/contacts'),
  })
  const services = useNamed('services')
  const sources = useQuery({
    queryKey: ['live', 'sources'],
    queryFn: () => get<{ sources: SourceShown[] }>('/sources'),
  })
  const schedules = useNamed('schedules')
  const alerts = useQuery({
    queryKey: ['live', 'drills'],
    queryFn: () => get<{ alerts: AlertShown[] }>('/alerts?status=all'),
  })
  if (!reach.data || !services.data || !sources.data || !schedules.data || !alerts.data) return null
  const drills = alerts.data.alerts.filter((one) => one.drill && one.service !== null)
  return {
    isReached: reach.data.contacts.some((one) => one.verifiedAt !== null),
    service: services.data[0] ?? null,
    source: sources.data.sources[0] ?? null,
    hasRota: schedules.data.length > 0,
    drill: drills.find((one) => one.acknowledgedAt !== null) ?? drills[0] ?? null,
  }
}

/** Null once everything is there, or for whoever has put it away. */
export function FirstRun({ me }: { me: MeShown }) {
  const facts = useFacts()
  const [isAway, setAway] = useState(false)
  const isAnswered = facts?.drill?.acknowledgedAt != null
  useEffect(() => {
    if (isAnswered) localStorage.setItem(DISMISSED, 'yes')
  }, [isAnswered])
  if (!facts || isAway) return null
  const done = [
    true,
    facts.isReached,
    facts.service !== null && facts.source !== null,
    facts.hasRota,
    isAnswered,
  ]
  if (done.every(Boolean)) return null
  const at = done.indexOf(false)
  const steps: { title: string; body: ReactNode }[] = [
    { title: 'You', body: null },
    { title: 'Your phone: a test that arrives', body: <Reach /> },
    { title: 'One service, and what sends its alerts', body: <FirstService me={me} /> },
    { title: 'A rota', body: <FirstRota me={me} service={facts.service} /> },
    { title: 'An outage, as a drill', body: <Drill service={facts.service} drill={facts.drill} /> },
  ]
  return (
    <Card
      title="From nothing to the first page"
      aside={
        <Button
          tone="quiet"
          onClick={() => {
            localStorage.setItem(DISMISSED, 'yes')
            setAway(true)
          }}
        >
          Put it away
        </Button>
      }
    >
      <ol className="grid gap-3">
        {steps.map((step, index) => (
          <li key={step.title} className="grid gap-2">
            <p className={index === at ? 'font-semibold' : 'text-mute'}>
              <span aria-hidden="true">{done[index] ? '✓' : index === at ? '●' : '○'}</span>{' '}
              {step.title}
              <span className="sr-only">{done[index] ? ', done' : ''}</span>
            </p>
            {index === at ? <div className="pl-5">{step.body}</div> : null}
          </li>
        ))}
      </ol>
    </Card>
  )
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'service'

function FirstService({ me }: { me: MeShown }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [made, setMade] = useState<{ source: SourceShown; key: string } | null>(null)
  const make = useMutation({
    mutationFn: async () => {
      const slug = slugOf(name)
      await put('/config/escalations/first', {
        name: 'First escalation',
        steps: [{ page: [`person:${me.person?.slug}`], wait: '5m' }],
        repeat: 1,
      })
      await put(`/config/services/${slug}`, { name, escalation: 'first', tier: 1 })
      const { key } = await put<Edited>(`/config/sources/${slug}-events`, {
        name: `Events of ${name}`,
        kind: 'pagerduty-events',
        service: slug,
      })
      const { sources } = await get<{ sources: SourceShown[] }>('/sources')
      const source = sources.find((one) => one.slug === `${slug}-events`)
      return source && key ? { source, key } : null
    },
    onSuccess: setMade,
  })
  if (made)
    return (
      <div className="grid gap-3">
        <SetUp source={made.source} madeKey={made.key} />
        <Button
          tone="main"
          className="justify-self-start"
          onClick={() => void client.invalidateQueries()}
        >
          I have the key
        </Button>
      </div>
    )
  return (
    <form
      className="flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate()
      }}
    >
      <div className="flex-1 min-w-52">
        <Field
          label="What can break"
          placeholder="Checkout"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <Button
        type="submit"
        tone="main"
        why={name.trim() === '' ? 'Give it a name' : null}
        disabled={make.isPending}
      >
        Make it, page me
      </Button>
      <Complaint of={make.error} />
    </form>
  )
}

function FirstRota({ me, service }: { me: MeShown; service: Named | null }) {
  const client = useQueryClient()
  const make = useMutation({
    mutationFn: async () => {
      const monday = new Date()
      monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7))
      await put('/config/schedules/first', {
        name: `${service?.name ?? 'First'} on call`,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        rotations: [
          {
            id: 'weekly',
            people: [me.person?.slug],
            every: '1w',
            handoff: { day: 'monday', time: '10:00' },
            starts: monday.toISOString().slice(0, 10),
          },
        ],
      })
      await put('/config/escalations/first', {
        name: 'First escalation',
        steps: [{ page: ['schedule:first'], wait: '5m' }],
        repeat: 1,
      })
    },
    onSettled: () => client.invalidateQueries(),
  })
  return (
    <div className="grid gap-2">
      <p className="text-mute">
        A week each, handed over on Monday at ten. You are the only one so far;{' '}
        <Link to="/people" className="underline underline-offset-4">
          add others
        </Link>{' '}
        whenever you like.
      </p>
      <Button
        tone="main"
        className="justify-self-start"
        onClick={() => make.mutate()}
        disabled={make.isPending}
      >
        Put me on call
      </Button>
      <Complaint of={make.error} />
    </div>
  )
}

function Drill({ service, drill }: { service: Named | null; drill: AlertShown | null }) {
  const client = useQueryClient()
  const raise = useMutation({
    mutationFn: () =>
      post('/alerts', { service: service?.slug, title: 'A try of an outage', drill: true }),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const isUnderWay = drill !== null && drill.status === 'firing'
  return (
    <div className="grid gap-2">
      <p className="text-mute">
        The whole path, as at night: alert, escalation, your phone. It is marked as a drill, and is
        over by itself after half an hour.
      </p>
      <p role="status">
        {isUnderWay
          ? 'You are being paged now. Answer on your phone, or by the link in the message.'
          : ''}
      </p>
      <Button
        tone="main"
        className="justify-self-start"
        why={isUnderWay ? 'It is under way' : null}
        onClick={() => raise.mutate()}
      >
        Try an outage now
      </Button>
      <Complaint of={raise.error} />
    </div>
  )
}
