import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { get, post, put } from '../api.ts'
import { useTargets } from '../config/lists.ts'
import { type Finding, LEVELS, type Policy, SEATS } from '../policy/form.ts'
import { Matrix } from '../policy/matrix.tsx'
import { Backtesting, Simulating } from '../policy/trial.tsx'
import { useMe } from '../shell/shell.tsx'
import { Copyable, PageHead, Select, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint } from '../ui/parts.tsx'
import { say } from '../ui/toast.tsx'
import { SettingsTabs } from './config-tabs.tsx'

type Shown = { version: number; policy: Policy; findings: Finding[] }
type Checked = {
  policy: Policy
  changes: { path: string; from: unknown; to: unknown }[]
  findings: Finding[]
  yaml: string
}

/** The severity framework: edited in its own matrix, seen as a file, and tried before it is taken. */
export function PolicyPage() {
  const found = useQuery({ queryKey: ['policy'], queryFn: () => get<Shown>('/policy') })
  return (
    <div className="grid gap-4">
      <PageHead title="Policy" />
      <SettingsTabs />
      <Complaint of={found.error} />
      {found.data ? <Editor key={found.data.version} shown={found.data} /> : <Skeleton rows={8} />}
    </div>
  )
}

function Editor({ shown }: { shown: Shown }) {
  const me = useMe()
  const client = useQueryClient()
  const [policy, setPolicy] = useState(shown.policy)
  const isLocked = me.data?.role !== 'admin'
  const presets = useQuery({
    queryKey: ['policy', 'presets'],
    queryFn: () => get<{ presets: Policy[] }>('/policy/presets'),
  })
  const check = useMutation({
    mutationFn: (wanted: Policy) => post<Checked>('/policy/check', wanted),
  })
  const { mutate } = check
  useEffect(() => mutate(policy), [policy, mutate])
  const save = useMutation({
    mutationFn: () => put<Shown>('/policy', policy),
    onSuccess: (after) => {
      say(
        `Version ${after.version} is in force from now on. Incidents keep the one they began with.`,
      )
      client.setQueryData(['policy'], after)
    },
  })
  const targets = useTargets()
  const findings = check.data?.findings ?? shown.findings
  const changes = check.data?.changes ?? []
  const isInCell = (one: Finding) => LEVELS.some((word) => one.path.startsWith(`levels.${word}.`))
  return (
    <>
      <div className="flex flex-wrap items-end gap-3">
        <p className="text-mute mr-auto">
          {shown.version === 0 ? 'As it comes' : `Version ${shown.version}`}. Incidents keep the
          version they began with.
        </p>
        {isLocked ? (
          <p className="text-mute">Only an admin changes it; anybody may try.</p>
        ) : (
          <Select
            label="Begin with"
            value=""
            onChange={(event) => {
              const preset = presets.data?.presets.find((one) => one.preset === event.target.value)
              if (preset) setPolicy({ ...preset, bind: policy.bind })
            }}
            options={[
              { value: '', label: 'a preset' },
              ...(presets.data?.presets ?? []).map((one) => ({
                value: one.preset,
                label: one.preset,
              })),
            ]}
          />
        )}
      </div>
      <Matrix policy={policy} findings={findings} isLocked={false} onChange={setPolicy} />
      <Card title="Who sits where">
        <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {SEATS.map(([seat, label]) => (
            <Select
              key={seat}
              label={label}
              help={findings.find((one) => one.path === `bind.${seat}`)?.sentence}
              value={policy.bind[seat] ?? ''}
              onChange={(event) =>
                setPolicy({
                  ...policy,
                  bind: { ...policy.bind, [seat]: event.target.value || null },
                })
              }
              options={[{ value: '', label: 'nobody' }, ...targets]}
            />
          ))}
        </div>
      </Card>
      {findings
        .filter((one) => !isInCell(one) && !one.path.startsWith('bind.'))
        .map((one) => (
          <p key={one.rule + one.path} className="text-warning">
            {one.sentence}
          </p>
        ))}
      <div className="flex flex-wrap items-center gap-3">
        <Button
          tone="main"
          why={
            isLocked
              ? 'Only an admin changes it.'
              : changes.length === 0
                ? 'Nothing has changed.'
                : check.error
                  ? check.error.message
                  : null
          }
          disabled={save.isPending}
          onClick={() => save.mutate()}
        >
          Take it from now on
        </Button>
        <Button
          tone="quiet"
          why={changes.length === 0 ? 'Nothing has changed.' : null}
          onClick={() => setPolicy(shown.policy)}
        >
          Back to what is in force
        </Button>
        <Complaint of={save.error ?? check.error} />
      </div>
      <div className="grid gap-4 lg:grid-cols-2 items-start">
        <Card title={`What changes (${changes.length})`}>
          {changes.length === 0 ? <p className="text-mute">Nothing.</p> : null}
          <ul className="grid gap-1">
            {changes.map((one) => (
              <li key={one.path} className="wrap-anywhere">
                <code className="text-mute text-[12.5px]">{one.path}</code>{' '}
                <span className="line-through text-mute">{textOf(one.from)}</span> {textOf(one.to)}
              </li>
            ))}
          </ul>
          {check.data ? (
            <div className="pt-3">
              <Copyable label="as a file" text={check.data.yaml} />
            </div>
          ) : null}
        </Card>
        <Backtesting policy={policy} />
      </div>
      <Simulating policy={policy} />
    </>
  )
}

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? 'nothing'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
