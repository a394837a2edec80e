import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { IncidentShown } from '../../src/contract/incidents.ts'
import type { AlertShown, MeShown } from '../../src/contract/views.ts'
import { get } from '../api.ts'
import { useMe } from '../shell/shell.tsx'
import { Copyable, PageHead, Skeleton } from '../ui/more.tsx'
import { Ago, Card, Complaint, Countdown, Empty, Severity, State } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { byNeed, IncidentList } from '../incident/list.tsx'
import { Handoffs } from './handoffs.tsx'

/** Fetched by those who need it. */
const FirstRun = lazy(async () => ({ default: (await import('./first-run.tsx')).FirstRun }))
const FIRST_RUN = 'allclear.first-run'

type OwedShown = {
  id: string
  label: string
  incident: string | null
  due: string
  outcome: string
}

/** What is owed: by me first, then what burns. No charts. */
export function HomePage() {
  const me = useMe()
  const open = useQuery({
    queryKey: ['live', 'open'],
    queryFn: () => get<{ alerts: AlertShown[] }>('/alerts?status=open'),
  })
  const owed = useQuery({
    queryKey: ['live', 'owed'],
    queryFn: () => get<{ owed: OwedShown[] }>('/owed'),
  })
  const live = useQuery({
    queryKey: ['live', 'incidents', 'live'],
    queryFn: () => get<{ incidents: IncidentShown[] }>('/incidents?limit=200&status=live'),
  })
  const incidents = live.data?.incidents ?? []
  if (!me.data) return <Skeleton />
  const mine = (open.data?.alerts ?? []).filter((one) => isMine(one, me.data))
  const others = (open.data?.alerts ?? []).filter((one) => !isMine(one, me.data))
  return (
    <div className="grid gap-5 max-w-5xl">
      <PageHead title="Home" />
      {me.data.role === 'admin' && me.data.person && localStorage.getItem(FIRST_RUN) === null ? (
        <Suspense>
          <FirstRun me={me.data} />
        </Suspense>
      ) : null}
      <OnCall me={me.data} />
      <Complaint of={open.error ?? owed.error} />
      {open.isPending ? <Skeleton /> : null}
      {incidents.length > 0 ? (
        <section aria-label="Live incidents">
          <IncidentList incidents={byNeed(incidents)} />
        </section>
      ) : null}
      {mine.length > 0 ? (
        <Card title="Mine">
          <Alerts alerts={mine} />
        </Card>
      ) : null}
      <Owed owed={owed.data?.owed ?? []} />
      <Handoffs />
      {others.length > 0 ? (
        <Card title="Everybody else’s">
          <Alerts alerts={others.slice(0, 8)} />
          {others.length > 8 ? (
            <Link to="/alerts" className="text-mute underline underline-offset-4">
              All {others.length}
            </Link>
          ) : null}
        </Card>
      ) : null}
      <Delivery />
      {open.isSuccess && open.data.alerts.length === 0 && incidents.length === 0 ? <Quiet /> : null}
    </div>
  )
}

/** Paged to me, or taken by me. */
const isMine = (alert: AlertShown, me: MeShown): boolean =>
  me.person !== null &&
  (alert.acknowledgedBy?.id === me.person.id ||
    (alert.status === 'firing' && alert.paged.some((one) => one.id === me.person?.id)))

const OnCall = ({ me }: { me: MeShown }) => (
  <p className="text-[15px]">
    {me.onCall.length === 0 ? (
      <span className="text-mute">You are not on call.</span>
    ) : (
      me.onCall.map((one) => (
        <span key={one.schedule?.id} className="block">
          You are on call: <b>{one.schedule?.name}</b>
          {one.until ? (
            <span className="text-mute">
              {' '}
              until {when(one.until)}, <Countdown to={one.until} />
            </span>
          ) : null}
        </span>
      ))
    )}
  </p>
)

const Alerts = ({ alerts }: { alerts: AlertShown[] }) => (
  <ul className="divide-y divide-line">
    {alerts.map((alert) => (
      <li key={alert.id} className="py-2 flex flex-wrap items-center gap-x-4 gap-y-1">
        <State of={alert.status} />
        <Severity of={alert.severity} />
        <Link
          to="/alerts/$name"
          params={{ name: alert.name }}
          className="font-medium hover:underline underline-offset-4 flex-1 min-w-52 wrap-anywhere"
        >
          {alert.title}
        </Link>
        <span className="text-mute text-[12.5px]">
          {alert.service?.name ?? 'no service'} · <Ago at={alert.startedAt} />
        </span>
        {alert.nextAt && alert.climb === 'climbing' ? (
          <span className="text-mute text-[12.5px]">
            next level in <Countdown to={alert.nextAt} />
          </span>
        ) : null}
      </li>
    ))}
  </ul>
)

function Owed({ owed }: { owed: OwedShown[] }) {
  if (owed.length === 0) return null
  return (
    <Card title="Owed by me">
      <ul className="divide-y divide-line -my-2">
        {owed.map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="first-letter:uppercase flex-1 min-w-52">{one.label}</span>
            {one.incident ? (
              <Link
                to="/incidents/$name"
                params={{ name: one.incident }}
                className="underline underline-offset-4"
              >
                {one.incident}
              </Link>
            ) : null}
            {one.outcome === 'missed' ? (
              <span className="text-error">was due {when(one.due)}</span>
            ) : (
              <span className="text-mute">
                <Countdown to={one.due} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

type DeliveryShown = { days: number; pages: number; inTime: number; medianMs: number | null }

/** How well pages went out: counted, not promised. */
function Delivery() {
  const found = useQuery({
    queryKey: ['delivery'],
    queryFn: () => get<DeliveryShown>('/delivery'),
    staleTime: 60_000,
  })
  const { data } = found
  if (!data || data.pages === 0) return null
  const share = ((data.inTime / data.pages) * 100).toFixed(data.inTime === data.pages ? 0 : 1)
  return (
    <p className="text-mute tabular">
      {data.pages} {data.pages === 1 ? 'page' : 'pages'} in the last {data.days} days: {share} %
      with a provider within 30 s
      {data.medianMs === null ? '' : `, median ${(data.medianMs / 1_000).toFixed(1)} s`}.
    </p>
  )
}

/** Nothing burns: what the first alert takes, for whoever has not seen one yet. */
function Quiet() {
  return (
    <Empty title="All clear.">
      <p>Nothing fires, and nobody is being paged.</p>
      <details>
        <summary className="cursor-pointer">Send a first alert</summary>
        <div className="grid gap-2 pt-2">
          <p>
            With the key of a source of kind <code>pagerduty-events</code> (Settings, Sources):
          </p>
          <Copyable
            label="in a terminal"
            text={`curl ${location.origin}/v2/enqueue -d '{"routing_key":"<key>","event_action":"trigger","payload":{"summary":"Checkout fails","source":"me","severity":"critical"}}'`}
          />
        </div>
      </details>
    </Empty>
  )
}
