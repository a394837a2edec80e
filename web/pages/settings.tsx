import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post, put } from '../api.ts'
import { PageHead } from '../ui/more.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { SettingsTabs } from './config-tabs.tsx'

type ChannelShown = {
  kind: string
  label: string
  needs: string
  isSetUp: boolean
  contact: { name: string; required: boolean }[]
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
      <PageHead title="Settings" />
      <SettingsTabs />
      <p className="text-mute">
        What sends: each with what it needs. Everything here can be a file as well (
        <code>npx allclear export</code>).
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
  const field = channel.contact.find((one) => one.required)?.name
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
