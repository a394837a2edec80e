import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { AlertShown, MeShown } from '../../src/contract/views.ts'
import { get } from '../api.ts'
import { useMe } from '../shell/shell.tsx'
import { Copyable, PageHead, Skeleton } from '../ui/more.tsx'
import { Ago, Card, Complaint, Countdown, Empty, Severity, State } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { Handoffs } from './handoffs.tsx'

/** Fetched by those who need it. */
const FirstRun = lazy(async () => ({ default: (await import('./first-run.tsx')).FirstRun }))
const FIRST_RUN = 'allclear.first-run'

type OwedShown = { id: string; rule: string; due: string; outcome: string }

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
      {open.isSuccess && open.data.alerts.length === 0 ? <Quiet /> : null}
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

const RULES: Readonly<Record<string, string>> = {
  'handoff.accept': 'Accept the hand-off',
  'survey.answer': 'Answer the quarterly survey',
  'budget.review': 'Review what an error budget asks for',
}

function Owed({ owed }: { owed: OwedShown[] }) {
  if (owed.length === 0) return null
  return (
    <Card title="Owed by me">
      <ul className="divide-y divide-line">
        {owed.map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center justify-between gap-3">
            <span>{RULES[one.rule] ?? one.rule}</span>
            <span className={one.outcome === 'missed' ? 'text-error' : 'text-mute'}>
              {one.outcome === 'missed' ? 'was due' : 'due'} {when(one.due)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
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
