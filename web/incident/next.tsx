import { Link } from '@tanstack/react-router'
import { useMe } from '../shell/shell.tsx'
import { Button, Complaint } from '../ui/parts.tsx'
import { holderOf, type Incident, inOrderOfNeed, isOver, useDo } from './use.ts'

type Step = {
  question: string
  hint?: string
  button: string
  path?: string
  body?: unknown
  tab?: 'comms'
}

const SOON_MS = 5 * 60_000

/** The one thing that is most needed now: what a commander alone at night does not have to remember. */
function stepOf(incident: Incident, now: number): Step | null {
  if (incident.status === 'triage')
    return {
      question: 'Is it an incident?',
      hint: 'It promotes itself when nobody decides.',
      button: 'Yes: declare it',
      path: 'declare',
      body: {},
    }
  if (isOver(incident)) {
    const last = incident.owed.find((one) => one.outcome === 'open' && /allClear/.test(one.rule))
    return last ? { question: `Owed: ${last.label}.`, button: 'Write it', tab: 'comms' } : null
  }
  if (!holderOf(incident, 'commander'))
    return {
      question: 'Nobody commands it.',
      button: 'I take command',
      path: 'roles',
      body: { role: 'commander' },
    }
  const message = inOrderOfNeed(incident.owed).find((one) => /firstMessage|update$/i.test(one.rule))
  if (message?.outcome === 'open' && Date.parse(message.due) - now < SOON_MS)
    return { question: `Owed in minutes: ${message.label}.`, button: 'Write it', tab: 'comms' }
  const check = incident.checks.find((one) => one.name === 'person')
  if (incident.status === 'monitoring') {
    const waits = incident.checks.some((one) => one.name !== 'person' && !one.good)
    if (!waits && check && !check.good)
      return {
        question: 'Can users work again?',
        hint: 'Look, then say so.',
        button: 'I have looked',
        path: 'check',
      }
    if (!waits)
      return {
        question: 'Everything holds.',
        button: 'All clear',
        path: 'status',
        body: { to: 'resolved' },
      }
    return null
  }
  if (incident.status === 'identified' || incident.status === 'mitigating')
    return {
      question: 'Does the remedy work?',
      hint: 'From then on it is watched.',
      button: 'Mitigated',
      path: 'status',
      body: { to: 'monitoring' },
    }
  return null
}

export function Next({ incident }: { incident: Incident }) {
  const me = useMe()
  const act = useDo(incident.name)
  const step = stepOf(incident, Date.now())
  if (!step || !me.data) return null
  return (
    <section
      aria-label="What is next"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border border-open rounded-lg px-4 py-2.5"
    >
      <p className="flex-1 min-w-52">
        <b>{step.question}</b> <span className="text-mute">{step.hint}</span>
      </p>
      {step.tab ? (
        <Link
          to="/incidents/$name"
          params={{ name: incident.name }}
          search={{ tab: step.tab }}
          className="rounded-md px-3 py-1.5 min-h-9 border border-text bg-text text-bg font-semibold"
        >
          {step.button}
        </Link>
      ) : (
        <Button
          tone="main"
          disabled={act.isPending}
          onClick={() => act.mutate({ path: step.path ?? '', body: step.body ?? {} })}
        >
          {step.button}
        </Button>
      )}
      {incident.status === 'triage' ? (
        <Button
          onClick={() =>
            act.mutate({ path: 'status', body: { to: 'canceled', reason: 'false alarm' } })
          }
        >
          False alarm
        </Button>
      ) : null}
      <Complaint of={act.error} />
    </section>
  )
}

/** For whoever comes late: where it stands, in a few lines, out of the record. */
export function CatchUp({ incident }: { incident: Incident }) {
  const me = useMe()
  const id = me.data?.person?.id
  const isOnIt = incident.roles.some((one) => one.to === null && one.person?.id === id)
  const isYoung = Date.now() - Date.parse(incident.openedAt) < 10 * 60_000
  if (isOnIt || isYoung || isOver(incident)) return null
  return (
    <details className="border border-line rounded-lg px-4 py-2.5">
      <summary className="cursor-pointer font-semibold">You come late: where it stands</summary>
      <ul className="list-disc pl-5 pt-2 grid gap-1 wrap-anywhere">
        {linesOf(incident).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  )
}

function linesOf(incident: Incident): string[] {
  const time = (at: string): string =>
    new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const commander = holderOf(incident, 'commander')
  const of = (verdict: string): string =>
    incident.hypotheses
      .filter((one) => one.verdict === verdict)
      .map((one) => one.statement)
      .join('; ')
  const decision = incident.timeline.findLast((one) => one.kind === 'incident.decided')
  const message = incident.messages.at(-1)
  const next = inOrderOfNeed(incident.owed).find((one) => one.outcome === 'open')
  return [
    `${incident.severity?.name ?? 'In triage'}, ${incident.status}, since ${time(incident.openedAt)}: ${incident.summary || incident.title}`,
    commander ? `${commander.name} commands.` : 'Nobody commands.',
    of('confirmed') && `The cause: ${of('confirmed')}.`,
    of('open') && `Being tried: ${of('open')}.`,
    of('refuted') && `Ruled out: ${of('refuted')}.`,
    decision && `Last decision, ${time(decision.at)}: ${decision.sentence}`,
    message && `Last message, ${time(message.at)}, to ${message.audience}: ${message.subject}`,
    next && `Next: ${next.label} by ${time(next.due)}${next.owner ? `, ${next.owner.name}` : ''}.`,
  ].filter((line): line is string => typeof line === 'string' && line !== '')
}
