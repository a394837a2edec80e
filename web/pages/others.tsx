import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type {
  BlastShown,
  RequestShown,
  SilenceShown,
  SourceShown,
} from '../../src/contract/views.ts'
import { del, get, post, put } from '../api.ts'
import { Ago, Button, Card, clock, Complaint, Empty, Field } from '../ui/parts.tsx'

export function SourcesPage() {
  const found = useQuery({
    queryKey: ['sources'],
    queryFn: () => get<{ sources: SourceShown[] }>('/sources'),
  })
  const [open, setOpen] = useState<string | null>(null)
  const sources = found.data?.sources ?? []
  return (
    <div className="grid gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Sources</h1>
      <Complaint of={found.error} />
      {found.isSuccess && sources.length === 0 ? (
        <Empty title="Nothing can send alerts yet.">
          <p>
            Add a source to <code>allclear.yaml</code>, for example{' '}
            <code>{'- { id: pd, kind: pagerduty-events, service: shop, key: … }'}</code>, and run{' '}
            <code>npx allclear apply</code>.
          </p>
        </Empty>
      ) : null}
      {sources.map((source) => (
        <Card
          key={source.id}
          title={`${source.name} · ${source.kind}`}
          aside={
            <Button tone="quiet" onClick={() => setOpen(open === source.id ? null : source.id)}>
              {open === source.id ? 'Hide requests' : 'Last requests'}
            </Button>
          }
        >
          <p>Alerts go to {source.service?.name ?? 'whatever the routes say'}.</p>
          <p className="font-mono text-[12.5px] text-mute wrap-anywhere">
            {source.paths
              .slice(0, 2)
              .map((path) => `${location.origin}${path}`)
              .join('   ')}
          </p>
          {open === source.id ? <Requests id={source.id} /> : null}
        </Card>
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
          <pre className="text-[12px] whitespace-pre-wrap wrap-anywhere bg-bg border border-line rounded-md p-3 my-2 max-h-72 overflow-auto">
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

export function SilencesPage() {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'silences'],
    queryFn: () => get<{ silences: SilenceShown[] }>('/silences'),
  })
  const end = useMutation({
    mutationFn: (id: string) => del(`/silences/${id}`),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const silences = found.data?.silences ?? []
  return (
    <div className="grid gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Silences</h1>
      <SilenceForm />
      <Complaint of={found.error ?? end.error} />
      {found.isSuccess && silences.length === 0 ? (
        <p className="text-mute">
          None in force. A silence mutes matching alerts for up to 7 days; they are recorded all the
          same.
        </p>
      ) : null}
      {silences.map((one) => (
        <Card key={one.id}>
          <p className="font-mono wrap-anywhere">{one.text}</p>
          <p>{one.reason}</p>
          <p className="text-mute flex flex-wrap gap-3 items-center">
            <span>
              {one.state}, until {new Date(one.endsAt).toLocaleString()} ·{' '}
              {one.owner?.name ?? 'API token'} · {one.team?.name ?? 'all teams'}
            </span>
            <Button onClick={() => end.mutate(one.id)}>End now</Button>
          </p>
        </Card>
      ))}
    </div>
  )
}

function SilenceForm() {
  const client = useQueryClient()
  const [asked, setAsked] = useState({ name: '', value: '', for: '2h', reason: '' })
  const body = { matchers: [{ name: asked.name, op: '=', value: asked.value }] }
  const isReady = asked.name !== '' && asked.value !== ''
  const blast = useQuery({
    queryKey: ['blast', asked.name, asked.value],
    queryFn: () => post<BlastShown>('/silences/preview', body),
    enabled: isReady,
    retry: false,
  })
  const make = useMutation({
    mutationFn: () => post('/silences', { ...body, for: asked.for, reason: asked.reason }),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const field = (name: keyof typeof asked) => ({
    value: asked[name],
    onChange: (event: { target: { value: string } }) =>
      setAsked({ ...asked, [name]: event.target.value }),
  })
  return (
    <form
      className="grid gap-3 sm:grid-cols-[1fr_1fr_6rem_2fr_auto] items-end"
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate()
      }}
    >
      <Field label="Label" placeholder="component" {...field('name')} required />
      <Field label="is" placeholder="db" {...field('value')} required />
      <Field label="For" {...field('for')} required />
      <Field label="Reason" placeholder="why" {...field('reason')} required />
      <Button type="submit" tone="main" disabled={make.isPending}>
        Silence
      </Button>
      <p className="text-mute sm:col-span-5" role="status">
        {isReady ? (blast.data?.sentence ?? '') : 'Says what it would mute before you save it.'}
      </p>
      <div className="sm:col-span-5">
        <Complaint of={make.error ?? blast.error} />
      </div>
    </form>
  )
}

type ChannelShown = {
  kind: string
  label: string
  needs: string
  isSetUp: boolean
  settings: {
    name: string
    label: string
    kind: string
    required: boolean
    help: string | null
    value: unknown
  }[]
}

export function SettingsPage() {
  const found = useQuery({
    queryKey: ['channels'],
    queryFn: () => get<{ channels: ChannelShown[] }>('/channels'),
  })
  return (
    <div className="grid gap-4 max-w-2xl">
      <h1 className="text-xl font-semibold tracking-tight">Settings</h1>
      <p className="text-mute">
        What sends. People, schedules and escalations live in <code>allclear.yaml</code>.
      </p>
      <Complaint of={found.error} />
      {(found.data?.channels ?? [])
        .filter((one) => one.settings.length > 0)
        .map((channel) => (
          <ChannelCard key={channel.kind} channel={channel} />
        ))}
    </div>
  )
}

const TEST_FIELD: Readonly<Record<string, string>> = {
  email: 'address',
  ntfy: 'topic',
  webhook: 'url',
}

function ChannelCard({ channel }: { channel: ChannelShown }) {
  const client = useQueryClient()
  const [values, setValues] = useState<Record<string, unknown>>(
    Object.fromEntries(
      channel.settings.map((one) => [one.name, one.value ?? (one.kind === 'boolean' ? true : '')]),
    ),
  )
  const [to, setTo] = useState('')
  const save = useMutation({
    mutationFn: () => put(`/channels/${channel.kind}`, values),
    onSettled: () => client.invalidateQueries({ queryKey: ['channels'] }),
  })
  const field = TEST_FIELD[channel.kind]
  const test = useMutation({
    mutationFn: () =>
      post<{ outcome: string; reason: string | null }>(`/channels/${channel.kind}/test`, {
        [field ?? '']: to,
      }),
  })
  return (
    <Card
      title={channel.label}
      aside={
        <span className={channel.isSetUp ? 'text-done' : ''}>
          {channel.isSetUp ? 'set up' : 'not set up'}
        </span>
      }
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {channel.settings.map((one) =>
          one.kind === 'boolean' ? (
            <label key={one.name} className="flex gap-2 items-center">
              <input
                type="checkbox"
                checked={values[one.name] === true}
                onChange={(event) => setValues({ ...values, [one.name]: event.target.checked })}
              />{' '}
              {one.label}
            </label>
          ) : (
            <Field
              key={one.name}
              label={one.label}
              help={one.help}
              required={one.required}
              type={one.kind === 'secret' ? 'password' : one.kind === 'number' ? 'number' : 'text'}
              autoComplete="off"
              value={String(values[one.name] ?? '')}
              onChange={(event) =>
                setValues({
                  ...values,
                  [one.name]:
                    one.kind === 'number' && event.target.value !== ''
                      ? Number(event.target.value)
                      : event.target.value,
                })
              }
            />
          ),
        )}
        <Complaint of={save.error} />
        <div className="flex gap-2 items-center">
          <Button type="submit" tone="main">
            Save
          </Button>
          {save.isSuccess ? <span className="text-done">Saved.</span> : null}
        </div>
      </form>
      {field ? (
        <form
          className="flex flex-wrap gap-2 items-end mt-4 border-t border-line pt-3"
          onSubmit={(event) => {
            event.preventDefault()
            test.mutate()
          }}
        >
          <div className="flex-1 min-w-48">
            <Field
              label={`Send a real test to (${field})`}
              value={to}
              onChange={(event) => setTo(event.target.value)}
              required
            />
          </div>
          <Button type="submit" disabled={test.isPending}>
            Send a test
          </Button>
          <p role="status" className="w-full text-mute">
            {test.data
              ? test.data.outcome === 'sent'
                ? 'The provider accepted it. Look whether it arrived.'
                : `It did not go out: ${test.data.reason}`
              : ''}
          </p>
          <Complaint of={test.error} />
        </form>
      ) : null}
    </Card>
  )
}

type PretendedShown = {
  device: string
  title: string
  body: string
  url: string | null
  at: string
  urgency: string
}

export function PhonePage() {
  const found = useQuery({
    queryKey: ['live', 'pretend'],
    queryFn: () => get<{ messages: PretendedShown[] }>('/pretend'),
    refetchInterval: 1_000,
  })
  const messages = found.data?.messages ?? []
  return (
    <div className="grid gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Phone, mailbox and chat on screen</h1>
      <Complaint of={found.error} />
      <div className="grid gap-4 lg:grid-cols-3 items-start">
        {['phone', 'mailbox', 'chat'].map((device) => (
          <Card key={device} title={device}>
            {messages
              .filter((one) => one.device === device)
              .toReversed()
              .map((one, index) => (
                <div
                  key={`${one.at}${index}`}
                  className="py-2 border-t border-line first:border-t-0"
                >
                  <p className="font-semibold wrap-anywhere">{one.title}</p>
                  <p className="text-mute whitespace-pre-line wrap-anywhere">{one.body}</p>
                  <p className="text-mute text-[12.5px] flex gap-3">
                    <Ago at={one.at} />
                    {one.url ? (
                      <a className="underline underline-offset-4" href={one.url}>
                        answer
                      </a>
                    ) : null}
                  </p>
                </div>
              ))}
            {messages.some((one) => one.device === device) ? null : (
              <p className="text-mute">
                Nothing so far. Give somebody a contact of kind <code>pretend</code>.
              </p>
            )}
          </Card>
        ))}
      </div>
    </div>
  )
}
