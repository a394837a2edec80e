import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { post } from '../api.ts'
import { useMay } from '../config/may.ts'
import { EntryEditor } from '../config/editor.tsx'
import type { FieldSpec, Form } from '../config/field.tsx'
import { type Named, useNamed, useOptions } from '../config/lists.ts'
import { useActions } from '../shell/actions.ts'
import { Area, PageHead, Select, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint, Empty } from '../ui/parts.tsx'
import { ConfigTabs } from './config-tabs.tsx'

type RouteShown = Named & {
  when: string
  service: Named | null
  escalation: Named | null
  urgency: string | null
}
type WouldShown = {
  would: {
    title: string
    sentence: string
    route: string | null
    service: Named | null
    notes: { stage: string; result: string; by: string | null }[]
  }[]
  problems: { field: string; message: string }[]
}

const FIELDS: readonly FieldSpec[] = [
  {
    name: 'when',
    label: 'When (CEL over labels, severity, title, source, service)',
    kind: 'code',
    help: 'labels.component == "db" && severity == "critical", or like(title, "disk .* full")',
  },
  {
    name: 'team',
    label: 'for what comes in for the team',
    kind: { reference: 'teams' },
    help: 'Left open: for everything; then it is for admins',
  },
  { name: 'service', label: 'goes to the service', kind: { reference: 'services' } },
  { name: 'escalation', label: 'climbs the escalation', kind: { reference: 'escalations' } },
  {
    name: 'urgency',
    label: 'with urgency',
    kind: {
      oneOf: [
        { value: 'high', label: 'high' },
        { value: 'low', label: 'low' },
      ],
    },
  },
  { name: 'pause', label: 'after a pause of', kind: 'text', help: 'Such as 2m' },
  { name: 'group_by', label: 'grouped by labels', kind: 'words' },
]

/** Which alert goes where. The first route that fits wins; the tester says which, with the pager's own words. */
export function RoutesPage() {
  const may = useMay()
  const found = useNamed<RouteShown>('routes')
  const [open, setOpen] = useState<string | null>(null)
  const [sample, setSample] = useState<Sample>({ source: '', payload: EXAMPLE })
  useActions([
    { id: 'new-route', label: 'New route', keys: 'n', group: 'Routes', run: () => setOpen('') },
  ])
  const editor = (slug: string | null) => (
    <EntryEditor
      section="routes"
      slug={slug}
      fields={FIELDS}
      aside={(form, own) => (
        <Tester sample={sample} draft={own === '' ? null : { slug: own, form }} />
      )}
      onSaved={() => setOpen(null)}
      onRemoved={() => setOpen(null)}
    />
  )
  return (
    <div className="grid gap-4">
      <PageHead title="Routes">
        <Button why={may.whyNothing} onClick={() => setOpen(open === '' ? null : '')}>
          {open === '' ? 'Not now' : 'New route'}
        </Button>
      </PageHead>
      <ConfigTabs />
      <Card title="Try a payload">
        <SampleForm sample={sample} onChange={setSample} />
        <Tester sample={sample} draft={null} />
      </Card>
      {open === '' ? <Card title="New route">{editor(null)}</Card> : null}
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      {found.isSuccess && found.data.length === 0 && open !== '' ? (
        <Empty title="No routes, and none needed yet.">
          <p>
            Without one an alert goes to the service of its source, or to the one its label
            `service` names.
          </p>
        </Empty>
      ) : null}
      <ol className="grid gap-3">
        {(found.data ?? []).map((route, at) => (
          <li key={route.id}>
            <Card
              title={`${at + 1}. ${route.slug}`}
              aside={
                <Button
                  tone="quiet"
                  onClick={() => setOpen(open === route.slug ? null : route.slug)}
                >
                  {open === route.slug ? 'Close' : 'Edit'}
                </Button>
              }
            >
              {open === route.slug ? (
                editor(route.slug)
              ) : (
                <p>
                  <code className="font-mono text-[13px] wrap-anywhere">{route.when}</code>
                  <span className="text-mute"> {effects(route)}</span>
                </p>
              )}
            </Card>
          </li>
        ))}
      </ol>
    </div>
  )
}

const effects = (route: RouteShown): string =>
  [
    route.service ? `→ ${route.service.name}` : null,
    route.escalation ? `by ${route.escalation.name}` : null,
    route.urgency ? `with ${route.urgency} urgency` : null,
  ]
    .filter((one) => one !== null)
    .join(', ')

type Sample = { source: string; payload: string }
const EXAMPLE =
  '{ "labels": { "component": "db" }, "severity": "critical", "title": "Replication lag" }'

function SampleForm({ sample, onChange }: { sample: Sample; onChange: (sample: Sample) => void }) {
  const sources = useOptions('sources')
  return (
    <div className="grid gap-3 pb-3">
      <Select
        label="As it would come from"
        value={sample.source}
        options={[{ value: '', label: 'no source: labels, severity and title only' }, ...sources]}
        onChange={(event) => onChange({ ...sample, source: event.target.value })}
      />
      <Area
        label="Payload"
        rows={5}
        spellCheck={false}
        className="font-mono text-[13px]"
        value={sample.payload}
        onChange={(event) => onChange({ ...sample, payload: event.target.value })}
      />
    </div>
  )
}

function Tester({ sample, draft }: { sample: Sample; draft: { slug: string; form: Form } | null }) {
  const asked = useDeferredValue(JSON.stringify({ sample, draft }))
  const body = bodyOf(sample, draft)
  const found = useQuery({
    queryKey: ['would', 'routes', asked],
    queryFn: () => post<WouldShown>('/would-page', body),
    enabled: body !== null,
    retry: false,
    placeholderData: (before) => before,
  })
  return (
    <section
      aria-label="What it would do"
      role="status"
      className="border-l-2 border-open pl-4 grid gap-1"
    >
      {body === null ? <p className="text-mute">The payload is not JSON yet.</p> : null}
      {found.error ? <p className="text-error">{found.error.message}</p> : null}
      {(found.data?.problems ?? []).map((one) => (
        <p key={one.field} className="text-error">
          {one.field}: {one.message}
        </p>
      ))}
      {(found.data?.would ?? []).map((one) => (
        <p key={one.title + one.sentence}>
          <b>{one.sentence}</b>{' '}
          <span className="text-mute">
            {one.title} · {one.service?.name ?? 'no service'} ·{' '}
            {one.route ? `route ${one.route}` : 'no route fits: the source’s own service'}
          </span>
        </p>
      ))}
    </section>
  )
}

function bodyOf(sample: Sample, draft: { slug: string; form: Form } | null): object | null {
  try {
    const payload: unknown = JSON.parse(sample.payload)
    const asked = sample.source === '' ? { alert: payload } : { source: sample.source, payload }
    return draft ? { ...asked, draft: { section: 'routes', ...draft } } : asked
  } catch {
    return null
  }
}
