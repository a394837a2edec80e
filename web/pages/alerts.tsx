import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { ActedShown, AlertShown } from '../../src/contract/views.ts'
import { get, post } from '../api.ts'
import { Ago, Button, Complaint, Countdown, Empty, Severity, State } from '../ui/parts.tsx'

const FILTERS = ['open', 'firing', 'acknowledged', 'resolved', 'all'] as const

export function AlertsPage() {
  const { status = 'open', q = '' } = useSearch({ strict: false }) as {
    status?: string
    q?: string
  }
  const navigate = useNavigate()
  const found = useQuery({
    queryKey: ['live', 'alerts', status, q],
    queryFn: () =>
      get<{ alerts: AlertShown[] }>(
        `/alerts?limit=200&status=${status}${q ? `&q=${encodeURIComponent(q)}` : ''}`,
      ),
    refetchInterval: 15_000,
  })
  const alerts = found.data?.alerts ?? []
  const look = (next: { status?: string; q?: string }) =>
    void navigate({ to: '/alerts', search: { status, q, ...next } as never, replace: true })
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap gap-3 items-center">
        <h1 className="text-xl font-semibold tracking-tight">Alerts</h1>
        <div className="flex gap-1 flex-wrap" role="group" aria-label="Which alerts">
          {FILTERS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={status === one}
              onClick={() => look({ status: one })}
              className={`px-2.5 py-1 rounded-md min-h-8 ${status === one ? 'bg-raise text-text' : 'text-mute hover:text-text'}`}
            >
              {one}
            </button>
          ))}
        </div>
        <input
          type="search"
          aria-label="Search titles"
          placeholder="Search titles"
          defaultValue={q}
          onChange={(event) => look({ q: event.target.value })}
          className="bg-panel border border-line rounded-md px-3 py-1.5 min-h-9 ml-auto w-full sm:w-56"
        />
      </div>
      <Complaint of={found.error} />
      {found.isPending ? (
        <p className="text-mute">Loading…</p>
      ) : alerts.length === 0 ? (
        <NoAlerts status={status} />
      ) : (
        <AlertTable alerts={alerts} />
      )}
    </div>
  )
}

const NoAlerts = ({ status }: { status: string }) =>
  status === 'open' || status === 'firing' ? (
    <Empty title="All clear.">
      <p>
        Nothing is firing. When something does, it stands here with who was paged and what happens
        next.
      </p>
      <p>
        To see one, send a test from a source:{' '}
        <Link to="/sources" className="underline underline-offset-4">
          its address and a curl line are there
        </Link>
        .
      </p>
    </Empty>
  ) : (
    <Empty title="None.">
      <p>No alert is in this state.</p>
    </Empty>
  )

function AlertTable({ alerts }: { alerts: AlertShown[] }) {
  const [at, setAt] = useState(0)
  const navigate = useNavigate()
  const act = useAct()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (
        event.target instanceof HTMLInputElement ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey
      )
        return
      const alert = alerts[at]
      if (event.key === 'j') setAt((now) => Math.min(now + 1, alerts.length - 1))
      else if (event.key === 'k') setAt((now) => Math.max(now - 1, 0))
      else if (event.key === 'a' && alert?.status === 'firing')
        act.mutate({ name: alert.name, verb: 'acknowledge' })
      else if (event.key === 'Enter' && alert && event.target === document.body)
        void navigate({ to: '/alerts/$name', params: { name: alert.name } })
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [alerts, at, act, navigate])
  return (
    <>
      <Complaint of={act.error} />
      <ul className="border-t border-line">
        {alerts.map((alert, index) => (
          <AlertRow
            key={alert.id}
            alert={alert}
            isAt={index === at}
            onAct={(verb) => act.mutate({ name: alert.name, verb })}
          />
        ))}
      </ul>
      <p className="text-mute text-[12.5px] hidden sm:block">
        J and K move, Enter opens, A acknowledges.
      </p>
    </>
  )
}

export function useAct() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, verb, body }: { name: string; verb: string; body?: unknown }) =>
      post<ActedShown>(`/alerts/${name}/${verb}`, body ?? {}),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
}

function AlertRow({
  alert,
  isAt,
  onAct,
}: {
  alert: AlertShown
  isAt: boolean
  onAct: (verb: string) => void
}) {
  const isOpen = alert.status !== 'resolved'
  return (
    <li
      className={`border-b border-line grid gap-x-4 gap-y-1 py-2 px-2 items-center grid-cols-[minmax(0,1fr)_auto] lg:grid-cols-[7rem_4.5rem_minmax(0,1fr)_11rem_9.5rem_13.5rem] ${isAt ? 'bg-panel' : ''}`}
      aria-current={isAt || undefined}
    >
      <span className="hidden lg:block">
        <State of={alert.status} />
      </span>
      <span className="hidden lg:block">
        <Severity of={alert.severity} />
      </span>
      <span className="min-w-0 col-span-2 lg:col-span-1">
        <Link
          to="/alerts/$name"
          params={{ name: alert.name }}
          className="font-medium hover:underline underline-offset-4 wrap-anywhere"
        >
          {alert.title}
        </Link>
        <span className="text-mute text-[12.5px] block">
          <span className="lg:hidden">
            <State of={alert.status} /> · <Severity of={alert.severity} /> ·{' '}
          </span>
          {alert.name} · {alert.service?.name ?? 'no service'} · <Ago at={alert.startedAt} />
          {alert.signalCount > 1 ? ` · ${alert.signalCount} signals` : ''}
        </span>
      </span>
      <span className="text-[13px] text-mute col-span-2 lg:col-span-1">{whoHas(alert)}</span>
      <span className="text-[13px] text-mute">
        {alert.nextAt && alert.climb === 'climbing' ? (
          <>
            next level in <Countdown to={alert.nextAt} />
          </>
        ) : alert.climb === 'exhausted' ? (
          <span className="text-error">nobody answered</span>
        ) : null}
      </span>
      <span className="flex gap-2 justify-self-end col-start-2 lg:col-start-auto">
        {alert.status === 'firing' ? (
          <Button onClick={() => onAct('acknowledge')}>Acknowledge</Button>
        ) : null}
        {isOpen ? (
          <Button tone="quiet" onClick={() => onAct('resolve')}>
            Resolve
          </Button>
        ) : null}
      </span>
    </li>
  )
}

function whoHas(alert: AlertShown): string {
  if (alert.suppressedBy) return `kept quiet: ${alert.suppressedBy.kind}`
  if (alert.status === 'acknowledged')
    return alert.acknowledgedBy
      ? `${alert.acknowledgedBy.name} has it`
      : 'acknowledged by the source or the API'
  if (alert.paged.length === 0) return 'nobody paged'
  return `paged ${alert.paged.map((one) => one.name).join(', ')}`
}
