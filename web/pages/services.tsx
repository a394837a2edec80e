import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { AlertShown, ForecastShown } from '../../src/contract/views.ts'
import { get } from '../api.ts'
import { EntryEditor } from '../config/editor.tsx'
import type { FieldSpec } from '../config/field.tsx'
import { type Named, useNamed } from '../config/lists.ts'
import { useMay } from '../config/may.ts'
import { useActions } from '../shell/actions.ts'
import { DependencyMap } from '../ui/dependency-map.tsx'
import { PageHead, Skeleton } from '../ui/more.tsx'
import { Ago, Button, Card, Complaint, Empty, Severity, State } from '../ui/parts.tsx'
import { ConfigTabs } from './config-tabs.tsx'

export type ServiceShown = Named & {
  tier: number | null
  team: Named | null
  escalation: Named | null
  urgency: string
  dependsOn: string[]
  isPrivate: boolean
  repository: string | null
  runbookUrl: string | null
  channel: string | null
}

const FIELDS: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'team', label: 'Team', kind: { reference: 'teams' } },
  { name: 'tier', label: 'Tier', kind: 'number', help: '1 is what users meet first' },
  { name: 'escalation', label: 'Escalation', kind: { reference: 'escalations' } },
  {
    name: 'urgency',
    label: 'Urgency of its pages',
    kind: {
      oneOf: [
        { value: 'high', label: 'high: wake somebody' },
        { value: 'low', label: 'low: it can wait' },
        { value: 'bySeverity', label: 'by severity: critical and error wake' },
      ],
    },
  },
  {
    name: 'pause',
    label: 'Pause before paging',
    kind: 'text',
    help: 'Such as 2m: what is over by then pages nobody',
  },
  { name: 'group_by', label: 'Group alerts by labels', kind: 'words' },
  { name: 'runbook', label: 'Runbook', kind: 'text' },
  { name: 'repository', label: 'Repository', kind: 'text' },
  { name: 'channel', label: 'Chat channel', kind: 'text', help: 'Such as #payments' },
  { name: 'depends_on', label: 'Depends on', kind: { references: 'services' } },
  {
    name: 'private',
    label: 'Private',
    kind: 'yesNo',
    help: 'It and its alerts are for its team, for those they page, and for admins',
  },
]

/** What can break, who owns it, and what breaks with it. */
export function ServicesPage() {
  const navigate = useNavigate()
  const [isNew, setNew] = useState(false)
  const may = useMay()
  const found = useNamed<ServiceShown>('services')
  const open = useOpenCounts()
  useActions([
    {
      id: 'new-service',
      label: 'New service',
      keys: 'n',
      group: 'Services',
      run: () => setNew(true),
    },
  ])
  const services = found.data ?? []
  return (
    <div className="grid gap-4">
      <PageHead title="Services">
        <Button why={may.whyNothing} onClick={() => setNew(!isNew)}>
          {isNew ? 'Not now' : 'New service'}
        </Button>
      </PageHead>
      <ConfigTabs />
      {isNew ? (
        <Card title="New service">
          <EntryEditor
            section="services"
            slug={null}
            fields={FIELDS}
            initial={{ urgency: 'high' }}
            onSaved={(slug) => void navigate({ to: `/services/${slug}` })}
          />
        </Card>
      ) : null}
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      {found.isSuccess && services.length === 0 ? (
        <Empty title="Nothing that could break yet.">
          <p>
            A service is what alerts are about: it names the team that owns it and whom to page.
          </p>
        </Empty>
      ) : null}
      {services.length > 0 ? (
        <>
          <ul className="border-t border-line">
            {services.map((one) => (
              <ServiceRow key={one.id} service={one} open={open.get(one.id) ?? 0} />
            ))}
          </ul>
          {services.some((one) => one.dependsOn.length > 0) ? (
            <Card title="What depends on what">
              <DependencyMap services={services} open={open} />
            </Card>
          ) : null}
        </>
      ) : null}
    </div>
  )
}

function useOpenCounts(): Map<string, number> {
  const found = useQuery({
    queryKey: ['live', 'open'],
    queryFn: () => get<{ alerts: AlertShown[] }>('/alerts?status=open'),
  })
  const counts = new Map<string, number>()
  for (const { service } of found.data?.alerts ?? [])
    if (service) counts.set(service.id, (counts.get(service.id) ?? 0) + 1)
  return counts
}

const ServiceRow = ({ service, open }: { service: ServiceShown; open: number }) => (
  <li className="border-b border-line py-2 grid gap-x-4 gap-y-0.5 sm:grid-cols-[minmax(0,1fr)_10rem_10rem_8rem] items-center">
    <Link
      to="/services/$slug"
      params={{ slug: service.slug }}
      className="font-medium hover:underline underline-offset-4"
    >
      {service.name}
      {service.isPrivate ? <span className="text-mute font-normal"> · private</span> : null}
      {service.tier === null ? null : (
        <span className="text-mute font-normal"> · tier {service.tier}</span>
      )}
    </Link>
    <span className="text-mute">{service.team?.name ?? 'no team'}</span>
    <span className={service.escalation ? 'text-mute' : 'text-error'}>
      {service.escalation?.name ?? 'pages the fallback'}
    </span>
    <span className={open > 0 ? 'text-open' : 'text-done'}>
      {open > 0 ? `● ${open} open` : '✓ quiet'}
    </span>
  </li>
)

export function ServicePage() {
  const { slug } = useParams({ strict: false }) as { slug: string }
  const navigate = useNavigate()
  const [isEditing, setEditing] = useState(false)
  const may = useMay()
  const found = useNamed<ServiceShown>('services')
  const service = found.data?.find((one) => one.slug === slug)
  useActions([
    {
      id: 'edit-service',
      label: 'Edit this service',
      keys: 'e',
      group: 'Service',
      why: may.whyNot(service?.team),
      run: () => setEditing(true),
    },
  ])
  if (!service)
    return found.isSuccess ? (
      <p className="text-mute">There is no service of this name.</p>
    ) : (
      <Skeleton />
    )
  const dependents = (found.data ?? []).filter((one) => one.dependsOn.includes(service.id))
  const needs = (found.data ?? []).filter((one) => service.dependsOn.includes(one.id))
  return (
    <article className="grid gap-4">
      <PageHead title={service.name}>
        <Link to="/services" className="underline underline-offset-4">
          Services
        </Link>
        <Button why={may.whyNot(service.team)} onClick={() => setEditing(!isEditing)}>
          {isEditing ? 'Close the form' : 'Edit'}
        </Button>
      </PageHead>
      {isEditing ? (
        <Card title="Edit">
          <EntryEditor
            section="services"
            slug={slug}
            fields={FIELDS}
            onSaved={() => setEditing(false)}
            onRemoved={() => void navigate({ to: '/services' })}
          />
        </Card>
      ) : null}
      <p className="text-mute">
        {[
          service.team ? `owned by ${service.team.name}` : 'owned by nobody',
          service.tier === null ? null : `tier ${service.tier}`,
          needs.length > 0 ? `depends on ${needs.map((one) => one.name).join(', ')}` : null,
          dependents.length > 0
            ? `needed by ${dependents.map((one) => one.name).join(', ')}`
            : null,
        ]
          .filter((one) => one !== null)
          .join(' · ')}
        {service.runbookUrl ? (
          <>
            {' · '}
            <a
              href={service.runbookUrl}
              rel="noreferrer noopener"
              className="underline underline-offset-4"
            >
              Runbook
            </a>
          </>
        ) : null}
      </p>
      <WhoNow slug={slug} />
      <OpenAlerts serviceId={service.id} />
    </article>
  )
}

function WhoNow({ slug }: { slug: string }) {
  const found = useQuery({
    queryKey: ['live', 'who', slug],
    queryFn: () => get<ForecastShown>(`/who?service=${encodeURIComponent(slug)}`),
  })
  return (
    <Card title="If it broke now">
      <Complaint of={found.error} />
      <p className="text-[15px]">Would page {found.data?.sentence ?? '…'}.</p>
      <ol className="grid gap-1 pt-2">
        {(found.data?.pages ?? []).slice(0, 6).map((one) => (
          <li key={`${one.at}-${one.person.id}-${one.round}`} className="text-mute">
            <span className="text-text">{one.person.name}</span>, {one.localTime} where they are ·{' '}
            {one.why} · {one.contacts.map((contact) => contact.kind).join(', ') || 'no contact'}
          </li>
        ))}
      </ol>
    </Card>
  )
}

function OpenAlerts({ serviceId }: { serviceId: string }) {
  const found = useQuery({
    queryKey: ['live', 'open'],
    queryFn: () => get<{ alerts: AlertShown[] }>('/alerts?status=open'),
  })
  const open = (found.data?.alerts ?? []).filter((one) => one.service?.id === serviceId)
  return (
    <Card title="Open alerts">
      {open.length === 0 ? <p className="text-done">✓ Nothing fires.</p> : null}
      <ul>
        {open.map((one) => (
          <li key={one.id} className="flex flex-wrap gap-3 min-h-8 items-center">
            <State of={one.status} /> <Severity of={one.severity} />
            <Link
              to="/alerts/$name"
              params={{ name: one.name }}
              className="hover:underline underline-offset-4 wrap-anywhere"
            >
              {one.title}
            </Link>
            <span className="text-mute">
              <Ago at={one.startedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
