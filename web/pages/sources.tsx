import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RequestShown, SourceShown } from '../../src/contract/views.ts'
import { get, post } from '../api.ts'
import { useMay } from '../config/may.ts'
import { EntryEditor } from '../config/editor.tsx'
import type { FieldSpec } from '../config/field.tsx'
import { useActions } from '../shell/actions.ts'
import { Copyable, PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Card, clock, Complaint, Empty } from '../ui/parts.tsx'
import { ConfigTabs } from './config-tabs.tsx'

const useKinds = () =>
  useQuery({
    queryKey: ['source-kinds'],
    queryFn: async () =>
      (await get<{ kinds: { kind: string; label: string }[] }>('/source-kinds')).kinds,
    staleTime: Number.POSITIVE_INFINITY,
  })

export function useSourceFields(): readonly FieldSpec[] {
  const kinds = useKinds().data ?? []
  return [
    { name: 'name', label: 'Name', kind: 'text' },
    {
      name: 'kind',
      label: 'What sends',
      kind: { oneOf: kinds.map((one) => ({ value: one.kind, label: one.label })) },
    },
    {
      name: 'service',
      label: 'Its alerts are about',
      kind: { reference: 'services' },
      help: 'Left out: the label `service`, or the routes',
    },
    { name: 'team', label: 'Team', kind: { reference: 'teams' } },
    { name: 'ignore_labels', label: 'Labels that do not tell alerts apart', kind: 'words' },
  ]
}

/** Where alerts come in: how to send, and what came of the last requests. */
export function SourcesPage() {
  const may = useMay()
  const fields = useSourceFields()
  const found = useQuery({
    queryKey: ['live', 'sources'],
    queryFn: () => get<{ sources: SourceShown[] }>('/sources'),
  })
  const [isNew, setNew] = useState(false)
  const [made, setMade] = useState<{ slug: string; key: string } | null>(null)
  useActions([
    { id: 'new-source', label: 'New source', keys: 'n', group: 'Sources', run: () => setNew(true) },
  ])
  const sources = found.data?.sources ?? []
  return (
    <div className="grid gap-4">
      <PageHead title="Sources">
        <Button why={may.whyNothing} onClick={() => setNew(!isNew)}>
          {isNew ? 'Not now' : 'New source'}
        </Button>
      </PageHead>
      <ConfigTabs />
      {isNew ? (
        <Card title="New source">
          <EntryEditor
            section="sources"
            slug={null}
            fields={fields}
            initial={{ kind: 'alertmanager' }}
            onSaved={(slug, edited) => {
              setNew(false)
              if (edited.key) setMade({ slug, key: edited.key })
            }}
          />
        </Card>
      ) : null}
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      {found.isSuccess && sources.length === 0 && !isNew ? (
        <Empty title="Nothing can send alerts yet.">
          <p>A source has a key, and says which service its alerts are about.</p>
        </Empty>
      ) : null}
      {sources.map((source) => (
        <Source
          key={source.id}
          source={source}
          fields={fields}
          madeKey={made?.slug === source.slug ? made.key : null}
        />
      ))}
    </div>
  )
}

type Part = 'setup' | 'requests' | 'edit' | null

function Source({
  source,
  fields,
  madeKey,
}: {
  source: SourceShown
  fields: readonly FieldSpec[]
  madeKey: string | null
}) {
  const [open, setOpen] = useState<Part>(madeKey ? 'setup' : null)
  const toggle = (part: Part, label: string) => (
    <Button
      tone="quiet"
      onClick={() => setOpen(open === part ? null : part)}
      aria-expanded={open === part}
    >
      {label}
    </Button>
  )
  return (
    <Card
      title={`${source.name} · ${source.label}`}
      aside={
        <span className="flex flex-wrap gap-3">
          {toggle('setup', 'How to send')}
          {toggle('requests', 'Last requests')}
          {toggle('edit', 'Edit')}
        </span>
      }
    >
      <p>Alerts go to {source.service?.name ?? 'whatever the routes say'}.</p>
      {open === 'setup' ? <SetUp source={source} madeKey={madeKey} /> : null}
      {open === 'requests' ? <Requests id={source.id} /> : null}
      {open === 'edit' ? (
        <div className="pt-3">
          <EntryEditor
            section="sources"
            slug={source.slug}
            fields={fields}
            onSaved={() => setOpen(null)}
            onRemoved={() => setOpen(null)}
          />
        </div>
      ) : null}
    </Card>
  )
}

export function SetUp({ source, madeKey }: { source: SourceShown; madeKey: string | null }) {
  const filled = (text: string): string => (madeKey ? text.replaceAll('<key>', madeKey) : text)
  return (
    <div className="grid gap-3 pt-3">
      {madeKey ? (
        <p role="status">
          The key is <code className="font-mono">{madeKey}</code>. It is shown once; it stands in
          what is below.
        </p>
      ) : (
        <p className="text-mute">
          <code>&lt;key&gt;</code> stands for the key, which was shown when the source was made.
        </p>
      )}
      {source.setup.map((one) => (
        <Copyable key={one.where} label={one.where} text={filled(one.text)} />
      ))}
    </div>
  )
}

function Requests({ id }: { id: string }) {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'requests', id],
    queryFn: () => get<{ requests: RequestShown[] }>(`/sources/${id}/requests`),
  })
  const replay = useMutation({
    mutationFn: (request: string) => post(`/requests/${request}/replay`),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const requests = found.data?.requests ?? []
  return (
    <div className="mt-3 grid gap-2">
      <Complaint of={found.error ?? replay.error} />
      {found.isSuccess && requests.length === 0 ? (
        <p className="text-mute">Nothing has come in yet.</p>
      ) : null}
      {requests.map((request) => (
        <details key={request.id} className="border-t border-line pt-2">
          <summary className="flex flex-wrap gap-3 cursor-pointer">
            <span className="font-mono text-[12.5px] text-mute">{clock(request.receivedAt)}</span>
            <span className="flex-1 min-w-40 wrap-anywhere">
              {request.verdict}
              {request.isReplay ? ' (sent again)' : ''}
            </span>
            <span className={request.status < 300 ? 'text-done' : 'text-error'}>
              {request.status}
            </span>
          </summary>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
            tabIndex={0}
            className="text-[12px] whitespace-pre-wrap wrap-anywhere bg-bg border border-line rounded-md p-3 my-2 max-h-72 overflow-auto"
          >
            {request.body}
          </pre>
          <Button onClick={() => replay.mutate(request.id)} disabled={replay.isPending}>
            Send through again
          </Button>
        </details>
      ))}
    </div>
  )
}
