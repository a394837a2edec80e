/**
 * What the policy would do, minute by minute, in an incident that is made up: told, raised, paged,
 * owed. The same `decide` as live; nothing is carried out. Pure.
 */
import { owesIncident } from '../incidents/owes.ts'
import { BLANK, type Incident, levelOf } from '../incidents/incident.ts'
import { type Beat, type Played, rehearse } from '../incidents/rehearse.ts'
import type { Effect } from '../incidents/event.ts'
import type { Claim } from '../obligations/obligation.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { owedWords } from '../notify/notice.ts'
import { type Answers, UNANSWERED } from '../severity/classify.ts'
import { type Policy, SEATS } from '../severity/policy.ts'
import { type Names, sentence } from '../timeline/sentence.ts'

/** An incident as somebody imagines it. Names of people stand for people. */
export type Script = {
  title: string
  startsAt: Instant
  endsAt: Instant
  answers: Partial<Answers>
  beats: readonly Beat[]
}

export type Line = {
  at: Instant
  kind: 'event' | 'rule' | 'told' | 'paged' | 'owed' | 'refused'
  sentence: string
  /** Of what is owed. */
  outcome: Outcome | null
}
export type Outcome = 'met' | 'late' | 'missed' | 'open'

export const openingOf = (script: Script): Incident => ({
  ...BLANK,
  id: 'simulated',
  number: 0,
  title: script.title,
  summary: script.title,
  kind: 'drill',
  teamId: null,
  visibility: 'everyone',
  serviceIds: [],
  policyId: 'simulated',
  answers: { ...UNANSWERED, ...script.answers },
  openedAt: script.startsAt,
  wakeAt: null,
  drillId: 'simulated',
})

export function simulate(
  script: Script,
  policy: Policy,
  names: Names,
): { incident: Incident; lines: Line[] } {
  const { incident, played } = rehearse(openingOf(script), script.beats, policy, script.endsAt)
  const lines = played.flatMap((one) => linesOf(one, names))
  const owed = owesIncident(incident, policy, () => 'the commander on call').map((claim): Line => {
    const outcome = outcomeOf(claim, script.endsAt)
    return {
      at: claim.due,
      kind: 'owed',
      sentence: `${owedWords(claim)}: ${OUTCOMES[outcome](claim, names)}`,
      outcome,
    }
  })
  return { incident, lines: [...lines, ...owed].toSorted((a, b) => a.at - b.at) }
}

export function outcomeOf({ due, proof }: Claim, now: Instant): Outcome {
  if (proof) return proof.at <= due ? 'met' : 'late'
  return due < now ? 'missed' : 'open'
}

const OUTCOMES: Readonly<Record<Outcome, (claim: Claim, names: Names) => string>> = {
  met: ({ proof }, names) => `met at ${names.time(proof?.at)}`,
  late: ({ proof }, names) => `late, only at ${names.time(proof?.at)}`,
  missed: () => 'missed',
  open: () => 'due',
}

function linesOf({ at, effects, refusal, event, isForced }: Played, names: Names): Line[] {
  const lines = effects.flatMap((effect): Line[] => {
    const line = lineOf(effect, names)
    return line ? [{ at, outcome: null, ...line }] : []
  })
  if (refusal)
    lines.unshift({
      at,
      kind: 'refused',
      sentence: isForced
        ? `Not allowed yet (${refusal.reason}); it happened all the same.`
        : `${event.kind}: refused (${refusal.reason}).`,
      outcome: null,
    })
  return lines
}

function lineOf(effect: Effect, names: Names): Pick<Line, 'kind' | 'sentence'> | null {
  switch (effect.kind) {
    case 'record': {
      const { what, rule, inputs, result } = effect
      const said = sentence(
        { kind: `incident.${what}`, actor: { kind: 'engine' }, inputs, result },
        names,
      )
      return {
        kind: rule ? 'rule' : 'event',
        sentence: rule ? `${said} [${rule}]` : said.replace(/^Allclear:? ?/, ''),
      }
    }
    case 'tell':
      return { kind: 'told', sentence: `${SEATS[effect.seat].label} is told` }
    case 'page':
      return { kind: 'paged', sentence: `${SEATS[effect.seat].label} is paged` }
    case 'pageSteps':
      return {
        kind: 'paged',
        sentence:
          effect.steps === 1
            ? 'the first step of the escalation is paged'
            : `the first ${effect.steps} steps of the escalation are paged at once`,
      }
    case 'nextTier':
      return { kind: 'paged', sentence: 'the next step of the escalation is paged' }
    case 'tellPeople':
      return {
        kind: 'told',
        sentence: `${effect.people.map(names.person).join(', ')}: ${effect.what}`,
      }
    case 'expirePages':
    case 'afterCare':
      return null
  }
}

/** Level by level, how long it stood there; for the last line of a simulation. */
export const endedAs = (incident: Incident, policy: Policy): string =>
  `${policy.levels[levelOf(incident)].name}, ${incident.status}`

/** A person of a script is called what the script calls them. */
export const scriptNames = (time: Names['time']): Names => ({
  person: (id) => String(id as Id),
  time,
})
