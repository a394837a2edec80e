import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { BurnDownShown, GateShown, ObjectiveShown } from '../../src/contract/objectives.ts'
import { get, post } from '../api.ts'
import { BudgetBar, BurnDown, percent, STATE_TONES, STATE_WORDS } from '../ui/budget.tsx'
import { Area, PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'

const LOOK_EVERY_MS = 15_000

/** One promise: what is left of it, how it went, and what would page. */
export function ObjectivePage() {
  const { slug } = useParams({ strict: false }) as { slug: string }
  const found = useQuery({
    queryKey: ['objectives', slug],
    queryFn: () => get<ObjectiveShown>(`/objectives/${encodeURIComponent(slug)}`),
    refetchInterval: LOOK_EVERY_MS,
  })
  const plot = useQuery({
    queryKey: ['objectives', slug, 'burn-down'],
    queryFn: () => get<BurnDownShown>(`/objectives/${encodeURIComponent(slug)}/burn-down`),
    refetchInterval: 4 * LOOK_EVERY_MS,
  })
  if (!found.data) return found.error ? <Complaint of={found.error} /> : <Skeleton rows={6} />
  const one = found.data
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="text-mute">
        <Link to="/reliability" className="hover:underline underline-offset-4">
          Reliability
        </Link>
        {one.service ? ` / ${one.service.name}` : ''}
      </p>
      <PageHead title={one.name}>
        <span className="text-mute">
          {one.target} over {one.window}
        </span>
      </PageHead>
      {one.description ? <p className="max-w-prose">{one.description}</p> : null}
      <Stand of={one} />
      <Card title="The budget over its window">
        {plot.data ? <BurnDown of={plot.data} label={inWords(one)} /> : <Skeleton rows={3} />}
      </Card>
      <Alerts of={one} />
      {one.service ? <Gate service={one.service.slug} /> : null}
      {one.state && one.state !== 'normal' ? <Review of={one} /> : null}
    </div>
  )
}

/** "At this rate the budget is gone on Thursday 14:00." */
function inWords(one: ObjectiveShown): string {
  if (one.left === null) return `There is nothing to say yet: ${one.status}.`
  const rest =
    one.left > 0
      ? `${percent(one.left)} of the error budget is left.`
      : `The error budget is spent, and ${percent(-one.left)} more.`
  if (one.status !== 'up to date')
    return `${rest.replace(' is ', ' was ')} Since then: ${one.status}.`
  if (one.burn === null || one.left <= 0) return rest
  if (one.burn === 0) return `${rest} Nothing failed in the last hour.`
  if (one.burn <= 1) return `${rest} At the rate of the last hour it lasts.`
  return `${rest} At the rate of the last hour it is gone on ${one.exhaustedAt ? when(one.exhaustedAt) : 'no day'}.`
}

const Stand = ({ of }: { of: ObjectiveShown }) => (
  <Card>
    <div className="grid gap-3">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="text-3xl font-semibold tracking-tight tabular">{percent(of.left)}</span>
        <span className={of.state ? STATE_TONES[of.state] : 'text-mute'}>
          {of.state ? STATE_WORDS[of.state] : of.status}
        </span>
        {of.page ? (
          <span className="text-critical font-semibold">burns so fast that it pages</span>
        ) : null}
      </div>
      <BudgetBar of={of} />
      <p>{inWords(of)}</p>
      {of.asks ? <p className="text-mute">What this asks for: {of.asks}</p> : null}
      {of.problem ? (
        <p role="alert" className="text-warning">
          {of.problem}
        </p>
      ) : null}
      <p className="text-mute tabular">
        {of.ratio === null ? 'No events yet' : `${percent(of.ratio, 4)} good`} ·{' '}
        {count(of.total - of.good)} of {count(of.total)}{' '}
        {of.counting === 'occurrences' ? 'events' : 'slices'} failed ·{' '}
        {of.metrics ? `from ${of.metrics}` : 'counts are sent'}
      </p>
    </div>
  </Card>
)

const count = (value: number): string =>
  Math.round(value).toLocaleString([], { maximumFractionDigits: 0 })

const STANDING: Readonly<Record<ObjectiveShown['alerts'][number]['standing'], string>> = {
  above: 'fires',
  between: 'only the short one is above',
  below: 'quiet',
  unknown: 'no data',
}

const Alerts = ({ of }: { of: ObjectiveShown }) => (
  <Card title="What fires when">
    <div className="overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-mute text-[12.5px]">
          <tr>
            <th className="font-normal py-1 pr-4">Alert</th>
            <th className="font-normal pr-4">Fires above</th>
            <th className="font-normal pr-4">Long window</th>
            <th className="font-normal pr-4">Short window</th>
            <th className="font-normal">Now</th>
          </tr>
        </thead>
        <tbody className="tabular">
          {of.alerts.map((one) => (
            <tr key={one.name} className="border-t border-line">
              <td className="py-1.5 pr-4">
                {one.name} <span className="text-mute">{one.severity}</span>
              </td>
              <td className="pr-4 whitespace-nowrap">
                {percent(one.threshold, 4)} <span className="text-mute">{trim(one.factor)}x</span>
              </td>
              <td className="pr-4 whitespace-nowrap">
                {percent(one.longRatio, 3)} <span className="text-mute">in {one.long}</span>
              </td>
              <td className="pr-4 whitespace-nowrap">
                {percent(one.shortRatio, 3)} <span className="text-mute">in {one.short}</span>
              </td>
              <td
                className={one.standing === 'above' ? 'text-critical font-semibold' : 'text-mute'}
              >
                {STANDING[one.standing]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    {of.findings.length > 0 ? (
      <ul className="mt-3 text-warning grid gap-1">
        {of.findings.map((one) => (
          <li key={one}>{one.replaceAll('`', '')}</li>
        ))}
      </ul>
    ) : null}
  </Card>
)

const trim = (value: number): string => Number(value.toFixed(2)).toString()

const VERDICTS = { open: 'text-done', closed: 'text-critical', unknown: 'text-warning' } as const

function Gate({ service }: { service: string }) {
  const found = useQuery({
    queryKey: ['objectives', 'gate', service],
    queryFn: () => get<GateShown>(`/gate/${encodeURIComponent(service)}`),
    refetchInterval: LOOK_EVERY_MS,
  })
  if (!found.data) return null
  const { verdict, sentence, reasons } = found.data
  return (
    <Card title="The gate for deploys">
      <p className={VERDICTS[verdict]}>{sentence}</p>
      {reasons.map((one) => (
        <p key={one} className="text-mute">
          {one.replaceAll('`', '')}
        </p>
      ))}
      <p className="text-mute mt-2">
        In a pipeline:{' '}
        <code className="font-mono text-[12.5px]">npx allclear gate --service {service}</code>
      </p>
    </Card>
  )
}

function Review({ of }: { of: ObjectiveShown }) {
  const client = useQueryClient()
  const [note, setNote] = useState('')
  const send = useMutation({
    mutationFn: () => post(`/objectives/${encodeURIComponent(of.slug)}/reviews`, { note }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['objectives'] }),
  })
  return (
    <Card title="Answer for it">
      <form
        className="grid gap-3 max-w-prose"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate()
        }}
      >
        <Area
          label="What follows from it"
          help={`Since ${of.stateSince ? when(of.stateSince) : 'now'} the team owes a review of this budget.`}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="flex gap-3 items-center">
          <Button tone="main" type="submit" disabled={note.trim() === '' || send.isPending}>
            Reviewed
          </Button>
          {send.isSuccess ? <span className="text-done">On record.</span> : null}
          <Complaint of={send.error} />
        </div>
      </form>
    </Card>
  )
}
