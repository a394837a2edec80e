import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { AlertDetailShown, PageShown, StepShown } from '../../src/contract/views.ts'
import { Verdict } from '../alerts/verdict.tsx'
import { get } from '../api.ts'
import { Ago, Button, Card, clock, Complaint, Countdown, Severity, State } from '../ui/parts.tsx'
import { useAct } from './alerts.tsx'

export function AlertPage() {
  const { name } = useParams({ strict: false }) as { name: string }
  const found = useQuery({
    queryKey: ['live', 'alert', name],
    queryFn: () => get<AlertDetailShown>(`/alerts/${encodeURIComponent(name)}`),
    refetchInterval: 15_000,
  })
  const alert = found.data
  if (!alert)
    return found.error ? <Complaint of={found.error} /> : <p className="text-mute">Loading…</p>
  return (
    <article className="grid gap-4">
      <Head alert={alert} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem] items-start">
        <div className="grid gap-4 min-w-0">
          <Card title="Escalation">
            <Strip steps={alert.steps} />
          </Card>
          <Card title="What happened">
            <Timeline alert={alert} />
          </Card>
        </div>
        <div className="grid gap-4 min-w-0">
          <Card title="Pages and their delivery">
            {alert.pages.length === 0 ? (
              <p className="text-mute">Nobody was paged.</p>
            ) : (
              alert.pages.map((page) => <Ledger key={page.id} page={page} />)
            )}
          </Card>
          {alert.changes.length > 0 ? (
            <Card title="Changes before it">
              {alert.changes.map((change) => (
                <p key={change.id}>
                  {change.summary} <span className="text-mute">{clock(change.at)}</span>
                </p>
              ))}
            </Card>
          ) : null}
          <Facts alert={alert} />
        </div>
      </div>
    </article>
  )
}

function Head({ alert }: { alert: AlertDetailShown }) {
  const act = useAct()
  const press = (verb: string, body?: unknown) => act.mutate({ name: alert.name, verb, body })
  const isOver = alert.status === 'resolved' ? 'It is resolved.' : null
  const nextPeople = alert.steps
    .find((one) => one.state === 'next')
    ?.people.map((one) => one.person.name)
    .join(' and ')
  return (
    <header className="grid gap-3">
      <p className="text-mute">
        <Link to="/alerts" className="underline underline-offset-4">
          Alerts
        </Link>{' '}
        / {alert.name}
      </p>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <h1 className="text-2xl font-semibold tracking-tight wrap-anywhere flex-1 min-w-60">
          {alert.title}
        </h1>
        {alert.nextAt && alert.next && alert.climb !== 'held' ? (
          <div className="bg-panel border border-line rounded-lg px-4 py-2 flex gap-3 items-center">
            <span className="text-mute">{alert.next}</span>
            <Countdown to={alert.nextAt} big />
          </div>
        ) : null}
      </div>
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        <State of={alert.status} /> <Severity of={alert.severity} />{' '}
        <span>{alert.service?.name ?? 'no service'}</span>
        <span className="text-mute">
          since {clock(alert.startedAt)}, <Ago at={alert.startedAt} />
        </span>
        {alert.suppressedBy ? (
          <span className="text-mute">
            kept quiet by {alert.suppressedBy.kind} until {clock(alert.suppressedBy.until)}
          </span>
        ) : null}
        {alert.acknowledgedBy ? (
          <span className="text-held">
            {alert.acknowledgedBy.name} has it since{' '}
            {clock(alert.acknowledgedAt ?? alert.startedAt)}
          </span>
        ) : null}
      </p>
      <div className="flex flex-wrap gap-2">
        {alert.status === 'acknowledged' ? (
          <Button onClick={() => press('release')}>Let go: page again</Button>
        ) : (
          <Button tone="main" why={isOver} onClick={() => press('acknowledge')}>
            Acknowledge
          </Button>
        )}
        <Button why={isOver} onClick={() => press('escalate')}>
          {nextPeople ? `Escalate to ${nextPeople} now` : 'Escalate now'}
        </Button>
        <Button why={isOver} onClick={() => press('snooze', { for: '10m' })}>
          Snooze 10 min
        </Button>
        <Button why={isOver} onClick={() => press('resolve')}>
          Resolve
        </Button>
        <Verdict alert={alert} />
      </div>
      <p role="status" className="text-mute min-h-5">
        {act.data?.outcome === 'nothing' ? act.data.sentence : ''}
      </p>
      <Complaint of={act.error} />
    </header>
  )
}

const MARKS: Readonly<Record<StepShown['state'], string>> = {
  done: 'border-line',
  now: 'border-open',
  next: 'border-line border-dashed',
  passed: 'border-line',
}

function Strip({ steps }: { steps: StepShown[] }) {
  if (steps.length === 0)
    return <p className="text-mute">It pages nobody: all of it is kept quiet.</p>
  return (
    <ol className="flex flex-wrap gap-3">
      {steps.slice(0, 12).map((step) => (
        <li
          key={`${step.at}${step.level}${step.state}`}
          className={`border-2 rounded-lg px-3 py-2 min-w-36 ${step.people.some((one) => one.outcome === 'acknowledged') ? 'border-done' : MARKS[step.state]}`}
        >
          <span className="text-mute text-[12.5px] block">
            {step.isFallback ? 'last resort' : `level ${step.level}`}
            {step.round > 1 ? `, round ${step.round}` : ''} ·{' '}
            {step.state === 'next' ? 'would be paged at ' : ''}
            <span className="font-mono">{clock(step.at).slice(0, 5)}</span>
          </span>
          {step.people.map((one) => (
            <span key={one.person.id} className="block">
              <span className={step.state === 'now' ? 'font-semibold' : ''}>{one.person.name}</span>{' '}
              <span className="text-mute text-[12.5px]">
                {one.localTime} for them
                {one.outcome ? `, ${OUTCOMES[one.outcome] ?? one.outcome}` : ''}
              </span>
            </span>
          ))}
        </li>
      ))}
    </ol>
  )
}

const OUTCOMES: Readonly<Record<string, string>> = {
  climbMovedOn: 'no answer',
  open: 'waiting for an answer',
  notMine: 'not theirs',
  pagedAgain: 'no answer',
  suppressed: 'kept quiet',
}

const SENT: Readonly<Record<string, string>> = {
  sent: 'accepted by the provider',
  waiting: 'waits',
  claimed: 'under way',
  failed: 'failed',
  unknown: 'unknown: the answer was lost',
  cancelled: 'not needed any more',
}

function Ledger({ page }: { page: PageShown }) {
  return (
    <div className="py-2 border-t border-line first:border-t-0">
      <p className="flex justify-between gap-2">
        <span className="font-medium">{page.person?.name ?? 'Somebody who is gone'}</span>
        <a
          href={`/api/v1/pages/${page.id}/receipt.txt`}
          className="text-mute underline decoration-dotted underline-offset-4"
          download
        >
          receipt
        </a>
      </p>
      <p className="text-mute text-[12.5px]">
        {page.isFallback ? 'last resort' : `level ${page.level}`}, because of {page.via} ·{' '}
        {page.status}
      </p>
      <ul className="mt-1">
        {page.attempts.map((attempt) => (
          <li key={attempt.id} className="text-[12.5px] flex gap-2 text-mute">
            <span className="font-mono">{clock(attempt.startedAt ?? attempt.dueAt)}</span>
            <span>
              <span className="text-text">{attempt.channel}</span>
              {attempt.tryNumber > 1 ? `, try ${attempt.tryNumber}` : ''}: {SENT[attempt.status]}
              {attempt.reason && attempt.status !== 'cancelled' ? ` (${attempt.reason})` : ''}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const Timeline = ({ alert }: { alert: AlertDetailShown }) => (
  <ol className="grid">
    {alert.timeline.toReversed().map((entry) => (
      <li key={entry.seq} className="grid grid-cols-[5rem_1fr] gap-2 py-1.5">
        <time dateTime={entry.at} className="font-mono text-mute text-[12.5px] pt-0.5">
          {clock(entry.at)}
        </time>
        <span className="wrap-anywhere">
          {entry.sentence}
          {entry.rule ? (
            <span className="text-mute text-[12.5px] block">rule {entry.rule}</span>
          ) : null}
        </span>
      </li>
    ))}
  </ol>
)

function Facts({ alert }: { alert: AlertDetailShown }) {
  const facts = [...Object.entries(alert.annotations), ...Object.entries(alert.labels)]
  return (
    <Card title="From the source">
      {alert.links.length > 0 ? (
        <p className="flex flex-wrap gap-3 mb-2">
          {alert.links.map((link) => (
            <a
              key={link.href + link.text}
              href={link.href}
              rel="noreferrer noopener"
              target="_blank"
              className="underline underline-offset-4"
            >
              {link.text}
            </a>
          ))}
        </p>
      ) : null}
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-[12.5px]">
        {facts.map(([name, value], index) => (
          <div key={`${name}${index}`} className="contents">
            <dt className="text-mute">{name}</dt>
            <dd className="font-mono wrap-anywhere">{value}</dd>
          </div>
        ))}
        <dt className="text-mute">key</dt>
        <dd className="font-mono wrap-anywhere">{alert.dedupKey}</dd>
      </dl>
    </Card>
  )
}
