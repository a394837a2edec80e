import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { ActedShown, AlertShown } from '../../src/contract/views.ts'
import { BulkBar } from '../alerts/bulk.tsx'
import { type Filters, queryOf, readFilters, SEVERITIES, STATUSES } from '../alerts/filters.ts'
import { AlertList } from '../alerts/list.tsx'
import { Views } from '../alerts/views.tsx'
import { get, post } from '../api.ts'
import { PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Complaint, Empty } from '../ui/parts.tsx'

type Listed = { alerts: AlertShown[]; cursor: string | null }
type Named = { slug: string; name: string }

export function AlertsPage() {
  const filters = readFilters(useSearch({ strict: false }) as Record<string, unknown>)
  const navigate = useNavigate()
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const found = useInfiniteQuery({
    queryKey: ['live', 'alerts', filters],
    queryFn: ({ pageParam }) => get<Listed>(`/alerts?${queryOf(filters, pageParam)}`),
    initialPageParam: '',
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    refetchInterval: 30_000,
  })
  const alerts = found.data?.pages.flatMap((page) => page.alerts) ?? []
  const look = (more: Filters) =>
    void navigate({ to: '/alerts', search: { ...filters, ...more } as never, replace: true })
  const mark = (ids: readonly string[], isOn: boolean): void => {
    const next = new Set(marked)
    for (const id of ids) isOn ? next.add(id) : next.delete(id)
    setMarked(next)
  }
  const chosen = alerts.filter((one) => marked.has(one.id))
  return (
    <div className="grid gap-3">
      <PageHead title="Alerts">
        <Views filters={filters} />
      </PageHead>
      <Choice filters={filters} look={look} />
      <Complaint of={found.error} />
      {found.isPending ? (
        <Skeleton rows={8} />
      ) : alerts.length === 0 ? (
        <NoAlerts status={filters.status ?? 'open'} />
      ) : (
        <>
          <BulkBar chosen={chosen} onClear={() => setMarked(new Set())} />
          <p className="text-mute text-[12.5px] flex flex-wrap gap-x-4 items-center">
            <Button
              tone="quiet"
              className="text-[12.5px] !px-0"
              onClick={() =>
                mark(
                  alerts.map((one) => one.id),
                  chosen.length < alerts.length,
                )
              }
            >
              {chosen.length < alerts.length ? `Mark all ${alerts.length} shown` : 'Unmark all'}
            </Button>
            <span className="hidden sm:inline">
              J and K move, X marks, A acknowledges it or what is marked, Enter opens.
            </span>
          </p>
          <AlertList
            alerts={alerts}
            marked={marked}
            onMark={mark}
            onEnd={() => {
              if (found.hasNextPage && !found.isFetching) void found.fetchNextPage()
            }}
          />
          {found.isFetchingNextPage ? <Skeleton rows={2} /> : null}
        </>
      )}
    </div>
  )
}

const SMALL = 'bg-panel border border-line rounded-md px-2 min-h-9 text-[13px]'

function Choice({ filters, look }: { filters: Filters; look: (more: Filters) => void }) {
  const services = useQuery({
    queryKey: ['services'],
    queryFn: () => get<{ services: Named[] }>('/services'),
  })
  const teams = useQuery({ queryKey: ['teams'], queryFn: () => get<{ teams: Named[] }>('/teams') })
  const [text, setText] = useState(filters.q ?? '')
  const asked = filters.q ?? ''
  // What is typed is looked for once the typing rests; what is in the address is shown.
  useEffect(() => setText(asked), [asked])
  useEffect(() => {
    if (text === asked) return
    const timer = setTimeout(() => look({ q: text === '' ? undefined : text }), 250)
    return () => clearTimeout(timer)
  })
  const choose = (
    name: 'severity' | 'service' | 'team',
    any: string,
    options: readonly { value: string; label: string }[],
  ) => (
    <select
      aria-label={name}
      className={`${SMALL} ${filters[name] ? '' : 'text-mute'}`}
      value={filters[name] ?? ''}
      onChange={(event) => look({ [name]: event.target.value || undefined })}
    >
      <option value="">{any}</option>
      {options.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </select>
  )
  const named = (all: readonly Named[] = []) =>
    all.map((one) => ({ value: one.slug, label: one.name }))
  return (
    <div className="flex flex-wrap gap-2 items-center">
      <div className="flex gap-1 flex-wrap" role="group" aria-label="Which alerts">
        {STATUSES.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={(filters.status ?? 'open') === one}
            onClick={() => look({ status: one === 'open' ? undefined : one })}
            className={`px-2.5 py-1 rounded-md min-h-8 ${(filters.status ?? 'open') === one ? 'bg-raise text-text' : 'text-mute hover:text-text'}`}
          >
            {one}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={filters.mine === 'yes'}
          onClick={() => look({ mine: filters.mine === 'yes' ? undefined : 'yes' })}
          className={`px-2.5 py-1 rounded-md min-h-8 ${filters.mine === 'yes' ? 'bg-raise text-text' : 'text-mute hover:text-text'}`}
        >
          mine
        </button>
      </div>
      {choose(
        'severity',
        'any severity',
        SEVERITIES.map((one) => ({ value: one, label: one })),
      )}
      {choose('service', 'any service', named(services.data?.services))}
      {choose('team', 'any team', named(teams.data?.teams))}
      <input
        type="search"
        aria-label="Search titles"
        placeholder="Search titles"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={`${SMALL} px-3 ml-auto w-full sm:w-52`}
      />
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

export function useAct() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, verb, body }: { name: string; verb: string; body?: unknown }) =>
      post<ActedShown>(`/alerts/${name}/${verb}`, body ?? {}),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
}
