import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ObjectiveShown } from '../../src/contract/objectives.ts'
import { get, put } from '../api.ts'
import { useNamed } from '../config/lists.ts'
import { Select } from '../ui/more.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'

type Form = {
  name: string
  service: string
  target: string
  window: string
  from: string
  url: string
  token: string
  side: 'bad' | 'good'
  part: string
  total: string
}

const EMPTY: Form = {
  name: '',
  service: '',
  target: '99.9%',
  window: '30d',
  from: 'new',
  url: '',
  token: '',
  side: 'bad',
  part: '',
  total: '',
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)

/** From the address of a Prometheus to a first objective. Everything else is in the file. */
export function NewObjective() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const services = useNamed('services').data ?? []
  const known = useQuery({
    queryKey: ['objectives'],
    queryFn: () => get<{ objectives: ObjectiveShown[] }>('/objectives'),
  })
  const sources = [...new Set(known.data?.objectives.flatMap((one) => one.metrics ?? []))]
  const [form, setForm] = useState<Form>({ ...EMPTY })
  const set = (more: Partial<Form>): void => setForm({ ...form, ...more })
  const service = form.service || (services[0]?.slug ?? '')
  const save = useMutation({
    mutationFn: () => saveObjective({ ...form, service }),
    onSuccess: async (slug) => {
      await client.invalidateQueries({ queryKey: ['objectives'] })
      await navigate({ to: '/reliability/$slug', params: { slug } })
    },
  })
  const isPushed = form.from === 'pushed'
  return (
    <Card title="New objective">
      <form
        className="grid gap-3 max-w-3xl"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2 items-start">
          <Field
            label="Name"
            placeholder="Checkout works"
            value={form.name}
            onChange={(event) => set({ name: event.target.value })}
          />
          <Select
            label="Service"
            value={service}
            options={services.map((one) => ({ value: one.slug, label: one.name }))}
            onChange={(event) => set({ service: event.target.value })}
          />
          <Field
            label="Target"
            help="99.9% leaves 43 minutes of outage in 30 days"
            value={form.target}
            onChange={(event) => set({ target: event.target.value })}
          />
          <Field
            label="Window"
            value={form.window}
            onChange={(event) => set({ window: event.target.value })}
          />
          <Select
            label="Numbers come from"
            value={form.from}
            options={[
              { value: 'new', label: 'a Prometheus, by its address' },
              ...sources.map((one) => ({ value: one, label: one })),
              { value: 'pushed', label: 'counts that are sent here' },
            ]}
            onChange={(event) => set({ from: event.target.value })}
          />
          {form.from === 'new' ? (
            <Field
              label="Address"
              placeholder="https://prometheus.example.com"
              help="Thanos, Mimir and VictoriaMetrics answer to the same questions"
              value={form.url}
              onChange={(event) => set({ url: event.target.value })}
            />
          ) : null}
          {form.from === 'new' ? (
            <Field
              label="Token, if it asks for one"
              type="password"
              autoComplete="off"
              value={form.token}
              onChange={(event) => set({ token: event.target.value })}
            />
          ) : null}
        </div>
        {isPushed ? (
          <p className="text-mute">
            Send counts to{' '}
            <code className="font-mono text-[12.5px]">
              POST /api/v1/objectives/{slugOf(form.name) || 'name'}/events
            </code>
            .
          </p>
        ) : (
          <div className="grid gap-3">
            <Select
              label="What is counted"
              value={form.side}
              options={[
                { value: 'bad', label: 'what fails, of all' },
                { value: 'good', label: 'what is good, of all' },
              ]}
              onChange={(event) => set({ side: event.target.value === 'good' ? 'good' : 'bad' })}
            />
            <Field
              label={form.side === 'bad' ? 'What fails' : 'What is good'}
              placeholder={
                form.side === 'bad'
                  ? 'http_requests_total{code=~"5.."}'
                  : 'http_request_duration_seconds_bucket{le="0.4"}'
              }
              className="font-mono"
              value={form.part}
              onChange={(event) => set({ part: event.target.value })}
            />
            <Field
              label="All that counts"
              placeholder="http_requests_total"
              help="A counter with its labels, or an expression with [{{.window}}] where the window goes"
              value={form.total}
              onChange={(event) => set({ total: event.target.value })}
            />
          </div>
        )}
        <div className="flex gap-3 items-center">
          <Button
            tone="main"
            type="submit"
            why={slugOf(form.name) === '' ? 'Give it a name first' : null}
            disabled={save.isPending}
          >
            Save
          </Button>
          <Complaint of={save.error} />
        </div>
      </form>
    </Card>
  )
}

async function saveObjective(form: Form): Promise<string> {
  const slug = slugOf(form.name)
  let metrics = form.from
  if (metrics === 'new') {
    metrics = slugOf(new URL(form.url).host)
    await put(`/config/metrics/${metrics}`, {
      url: form.url,
      ...(form.token === '' ? {} : { token: form.token }),
    })
  }
  await put(`/config/objectives/${slug}`, {
    name: form.name,
    service: form.service,
    target: form.target,
    window: form.window,
    indicator:
      metrics === 'pushed' ? 'pushed' : { metrics, [form.side]: form.part, total: form.total },
  })
  return slug
}
