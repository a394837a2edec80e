import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { BlastShown, SilenceShown } from '../../src/contract/views.ts'
import { del, get, post } from '../api.ts'
import { useOptions } from '../config/lists.ts'
import { Check, PageHead, Select, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { say } from '../ui/toast.tsx'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export const AlertTabs = () => (
  <Tabs
    label="Alerts and what is kept quiet"
    tabs={[
      { to: '/alerts', label: 'Alerts' },
      { to: '/silences', label: 'Silences' },
    ]}
  />
)

/** What is kept quiet, by whom, why, and until when. */
export function SilencesPage() {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'silences'],
    queryFn: () => get<{ silences: SilenceShown[] }>('/silences'),
  })
  const end = useMutation({
    mutationFn: (id: string) => del(`/silences/${id}`),
    onSuccess: () => say('The silence is over.'),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const silences = found.data?.silences ?? []
  return (
    <div className="grid gap-4">
      <PageHead title="Silences" />
      <AlertTabs />
      <SilenceForm />
      <Complaint of={found.error ?? end.error} />
      {found.isPending ? <Skeleton /> : null}
      {found.isSuccess && silences.length === 0 ? (
        <p className="text-mute">
          None in force. A silence mutes matching alerts for up to 7 days, or in windows of the week
          for up to 90; they are recorded all the same.
        </p>
      ) : null}
      <ul className="border-t border-line">
        {silences.map((one) => (
          <li
            key={one.id}
            className="border-b border-line py-2 flex flex-wrap items-center gap-x-4 gap-y-1"
          >
            <span className="flex-1 min-w-64">
              <code className="font-mono text-[13px] wrap-anywhere">{one.text}</code>
              <span className="block">{one.reason}</span>
              <span className="block text-mute text-[12.5px]">
                {one.state === 'active' ? 'in force' : one.state}, until{' '}
                {new Date(one.endsAt).toLocaleString()}
                {one.recurs
                  ? ` · ${one.recurs.days.join(', ')} ${one.recurs.from} to ${one.recurs.to}`
                  : ''}{' '}
                · {one.owner?.name ?? 'API token'} · {one.team?.name ?? 'all teams'}
              </span>
            </span>
            <Button onClick={() => end.mutate(one.id)}>End now</Button>
          </li>
        ))}
      </ul>
    </div>
  )
}

type Recurs = { days: string[]; from: string; to: string }
type Asked = { matchers: string; for: string; reason: string; team: string; recurs: Recurs | null }

/** `component=db`, `severity!=info`, `title=~"disk .*"`, one a line. */
function matchersIn(text: string): { name: string; op: string; value: string }[] | null {
  const lines = text.split(/\n/).filter((line) => line.trim() !== '')
  const read = lines.map((line) =>
    /^\s*([A-Za-z_][\w.-]*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$/.exec(line),
  )
  if (read.length === 0 || read.some((one) => one === null)) return null
  return read.map((one) => ({ name: one?.[1] ?? '', op: one?.[2] ?? '=', value: one?.[3] ?? '' }))
}

function SilenceForm() {
  const client = useQueryClient()
  const teams = useOptions('teams')
  const search = useSearch({ strict: false }) as { matchers?: string }
  const [asked, setAsked] = useState<Asked>({
    matchers: search.matchers ?? '',
    for: '2h',
    reason: '',
    team: '',
    recurs: null,
  })
  const matchers = matchersIn(asked.matchers)
  const scope = { matchers, team: asked.team === '' ? null : asked.team }
  const blast = useQuery({
    queryKey: ['blast', scope],
    queryFn: () => post<BlastShown>('/silences/preview', scope),
    enabled: matchers !== null,
    retry: false,
  })
  const make = useMutation({
    mutationFn: () =>
      post<{ result: { silenceId: string } }>('/silences', {
        ...scope,
        for: asked.for,
        reason: asked.reason,
        recurs: asked.recurs,
      }),
    onSuccess: ({ result }) =>
      say(
        'Silenced.',
        () =>
          void del(`/silences/${result.silenceId}`).then(() =>
            client.invalidateQueries({ queryKey: ['live'] }),
          ),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const set = (more: Partial<Asked>): void => setAsked({ ...asked, ...more })
  const why =
    matchers === null
      ? 'Say which alerts: a label, and what it is'
      : asked.reason === ''
        ? 'Say why'
        : null
  return (
    <Card title="Keep alerts quiet">
      <form
        className="grid gap-3 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <label className="grid gap-1 sm:col-span-2">
          <span className="text-mute text-[12.5px]">
            Alerts with labels, one a line: component=db, host=~"web-.*"
          </span>
          <textarea
            rows={2}
            spellCheck={false}
            className="bg-bg border border-line rounded-md px-3 py-2 font-mono text-[13px]"
            value={asked.matchers}
            onChange={(event) => set({ matchers: event.target.value })}
          />
        </label>
        <Select
          label="Of team"
          value={asked.team}
          options={[{ value: '', label: 'all teams (admins only)' }, ...teams]}
          onChange={(event) => set({ team: event.target.value })}
        />
        <Field
          label="For"
          help="Such as 2h, 3d; with windows up to 90d"
          value={asked.for}
          onChange={(event) => set({ for: event.target.value })}
        />
        <div className="sm:col-span-2">
          <Field
            label="Reason"
            value={asked.reason}
            onChange={(event) => set({ reason: event.target.value })}
          />
        </div>
        <div className="sm:col-span-2 grid gap-2">
          <Check
            label="Only in windows of the week"
            isOn={asked.recurs !== null}
            onChange={(isOn) =>
              set({ recurs: isOn ? { days: ['sat', 'sun'], from: '22:00', to: '06:00' } : null })
            }
          />
          {asked.recurs ? (
            <Windows recurs={asked.recurs} onChange={(recurs) => set({ recurs })} />
          ) : null}
        </div>
        <p className="sm:col-span-2 font-medium" role="status">
          {matchers === null
            ? 'Says what it would mute before it does.'
            : (blast.data?.sentence ?? blast.error?.message ?? '…')}
        </p>
        <div className="sm:col-span-2 grid gap-2">
          <Complaint of={make.error} />
          <Button
            type="submit"
            tone="main"
            className="justify-self-start"
            why={why}
            disabled={make.isPending}
          >
            Silence
          </Button>
        </div>
      </form>
    </Card>
  )
}

const Windows = ({ recurs, onChange }: { recurs: Recurs; onChange: (recurs: Recurs) => void }) => (
  <div className="flex flex-wrap gap-4 items-end">
    <fieldset className="flex flex-wrap gap-x-3">
      <legend className="sr-only">On which days it begins</legend>
      {DAYS.map((day) => (
        <Check
          key={day}
          label={day}
          isOn={recurs.days.includes(day)}
          onChange={(isOn) =>
            onChange({
              ...recurs,
              days: DAYS.filter((one) => (one === day ? isOn : recurs.days.includes(one))),
            })
          }
        />
      ))}
    </fieldset>
    <Field
      label="from"
      type="time"
      value={recurs.from}
      onChange={(event) => onChange({ ...recurs, from: event.target.value })}
    />
    <Field
      label="to"
      type="time"
      value={recurs.to}
      onChange={(event) => onChange({ ...recurs, to: event.target.value })}
    />
  </div>
)
