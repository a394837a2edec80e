/**
 * How the level of a living incident moves. Up by anybody and by rule, at once; down only by the
 * commander, with a reason, and never below a floor. Each move carries the rule that made it, and
 * the same fact twice moves nothing twice (METHOD 2.2, 4.1).
 */
import { type Answers, classify, floorOf } from '../severity/classify.ts'
import { type Level, type Policy, worse } from '../severity/policy.ts'
import { baselineWith, doubled, type Impact } from '../severity/triggers.ts'
import type { Effect, IncidentFacts, Refusal } from './event.ts'
import { holderOf, type Incident, isDeclared, levelOf } from './incident.ts'

export type Change = { incident: Incident; effects: Effect[] }

/** New answers: floors stick, and a worse result raises. A better one is offered to the commander, no more. */
export function answered(
  before: Incident,
  given: Partial<Answers>,
  facts: IncidentFacts,
  isTyped: boolean,
): Change {
  const answers = { ...before.answers, ...given }
  const found = classify(answers, facts.policy.isStrictForCustomers)
  const incident: Incident = {
    ...before,
    answers,
    isProvisional: found.provisional,
    floors: [...new Set([...before.floors, ...found.floors])],
    ...(typeof answers.scopePct === 'number'
      ? { impact: { ...before.impact, percent: answers.scopePct }, isImpactTyped: isTyped }
      : {}),
  }
  // What is known raises; what is not known only made the first guess worse.
  const byAnswers = found.provisional ? 4 : found.level
  const level = worse(byAnswers, floorOf(incident.floors))
  if (!isDeclared(incident) || level >= levelOf(before)) return noted(incident, found, given)
  const rule = found.floors.find((floor) => !before.floors.includes(floor))
  const why = rule === 'F2' ? 'T4' : rule === 'F1' ? 'T3' : (found.rules[0] ?? 'R11')
  return raise(incident, level, { rule: why, reason: null, inputs: { ...given } }, facts)
}

const noted = (
  incident: Incident,
  found: ReturnType<typeof classify>,
  given: Partial<Answers>,
): Change => ({
  incident,
  effects: [
    {
      kind: 'record',
      what: 'severityChecked',
      rule: found.rules.join(', '),
      inputs: { ...given },
      result: { level: levelOf(incident), suggested: found.level, floors: found.floors },
      undo: null,
    },
  ],
})

/** T1. A share of users is an answer as well, so the questionnaire is asked with it. */
export function impactSeen(
  before: Incident,
  seen: Impact,
  facts: IncidentFacts,
  isTyped: boolean,
): Change {
  const asked =
    seen.percent === undefined
      ? { incident: before, effects: [] }
      : answered(before, { scopePct: seen.percent }, facts, isTyped)
  const incident: Incident = {
    ...asked.incident,
    impact: { ...asked.incident.impact, ...seen },
    isImpactTyped: isTyped,
    baseline: baselineWith(asked.incident.baseline, seen),
  }
  const isRaised = levelOf(incident) < levelOf(before)
  const twice = isDeclared(incident)
    ? doubled(levelOf(incident), before.baseline, seen, facts.policy)
    : null
  if (twice === null || isRaised) return { incident, effects: asked.effects }
  const { unit, from, to, level } = twice
  const raised = raise(
    incident,
    level,
    { rule: 'T1', reason: null, inputs: { unit, from, to } },
    facts,
  )
  return { incident: raised.incident, effects: [...asked.effects, ...raised.effects] }
}

type Why = { rule: string; reason: string | null; inputs: Readonly<Record<string, unknown>> }

export function raise(before: Incident, level: Level, why: Why, facts: IncidentFacts): Change {
  if (level >= levelOf(before)) return { incident: before, effects: [] }
  const incident = setLevel(before, level, why, facts)
  return {
    incident,
    effects: [
      {
        kind: 'record',
        what: 'severityRaised',
        rule: why.rule,
        inputs: why.inputs,
        result: { from: levelOf(before), to: level, reason: why.reason },
        undo: 'undoLevel',
      },
      ...entered(before, incident, facts.policy),
    ],
  }
}

/** What a level asks for at once; done once for a level, however often it is entered. */
export function entered(before: Incident, after: Incident, policy: Policy): Effect[] {
  const level = levelOf(after)
  const row = policy.levels[level]
  const isNew = !before.levels.some((one) => one.level <= level)
  if (!isNew) return []
  return row.pageSteps > 1
    ? [{ kind: 'pageSteps', steps: row.pageSteps, rule: `level${level}` }]
    : []
}

export function lower(
  before: Incident,
  level: Level,
  reason: string,
  facts: IncidentFacts,
): Change | Refusal {
  if (level <= levelOf(before)) return { field: 'level', reason: 'notLower' }
  if (reason.trim() === '') return { field: 'reason', reason: 'needed' }
  const commander = holderOf(before, 'commander')
  if (facts.by === null || (commander !== null && commander !== facts.by))
    return { field: 'level', reason: 'commanderOnly', detail: { commander } }
  const floor = floorOf(before.floors)
  if (level > floor)
    return { field: 'level', reason: 'belowFloor', detail: { floor, floors: before.floors } }
  const incident = setLevel(before, level, { rule: 'person', reason, inputs: {} }, facts)
  return {
    incident,
    effects: [
      {
        kind: 'record',
        what: 'severityLowered',
        rule: 'person',
        inputs: { reason },
        result: { from: levelOf(before), to: level },
        undo: 'raise',
      },
    ],
  }
}

/** Takes back the last raise: a lowering to what it was, with all that binds a lowering. */
export function undoLevel(
  before: Incident,
  reason: string,
  facts: IncidentFacts,
): Change | Refusal {
  const previous = before.levels.at(-2)
  if (!previous || previous.level <= levelOf(before))
    return { field: 'level', reason: 'nothingToUndo' }
  return lower(before, previous.level, reason, facts)
}

/** T4 is over: with evidence, and on the record. */
export function integrityCleared(
  before: Incident,
  evidence: string,
  facts: IncidentFacts,
): Change | Refusal {
  if (!before.floors.includes('F2')) return { field: 'integrity', reason: 'noConcern' }
  if (evidence.trim() === '') return { field: 'evidence', reason: 'needed' }
  return {
    incident: {
      ...before,
      floors: before.floors.filter((one) => one !== 'F2'),
      answers: { ...before.answers, data: 'none' },
    },
    effects: [
      {
        kind: 'record',
        what: 'integrityCleared',
        rule: 'T4',
        inputs: { evidence, by: facts.by },
        result: { floors: before.floors.filter((one) => one !== 'F2') },
        undo: null,
      },
    ],
  }
}

function setLevel(before: Incident, level: Level, why: Why, facts: IncidentFacts): Incident {
  return {
    ...before,
    levels: [
      ...before.levels,
      { at: facts.now, level, rule: why.rule, by: facts.by, reason: why.reason },
    ],
    // Impact is measured anew from each event that sets the level.
    baseline: { ...before.impact },
  }
}
