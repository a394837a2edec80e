/** What travels: the shapes of answers, declared once. The document, the CLI and the web app follow them. */
import { z } from '@hono/zod-openapi'

export const Id = z.string().uuid()
export const Time = z.string().datetime().describe('RFC 3339, UTC, milliseconds')
export const PersonRef = z
  .object({ id: Id, slug: z.string(), name: z.string() })
  .openapi('PersonRef')
export const Ref = z.object({ id: Id, slug: z.string(), name: z.string() }).openapi('Ref')
const Link = z.object({ href: z.string(), text: z.string() })

export const ProblemView = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum([
      'invalid',
      'unauthenticated',
      'forbidden',
      'not_found',
      'conflict',
      'unavailable',
      'internal',
    ]),
    reason: z.string(),
    detail: z.string(),
    field: z.string().optional(),
    problems: z
      .array(
        z.object({ line: z.number(), column: z.number(), path: z.string(), sentence: z.string() }),
      )
      .optional(),
    requestId: z.string(),
  })
  .openapi('Problem')

export const AlertView = z
  .object({
    id: Id,
    number: z.number().int(),
    name: z.string().describe('`A-12`: what people call it'),
    status: z.enum(['firing', 'acknowledged', 'resolved']),
    title: z.string(),
    severity: z.enum(['critical', 'error', 'warning', 'info']),
    urgency: z.enum(['high', 'low']),
    service: Ref.nullable(),
    team: Ref.nullable(),
    source: Ref.nullable(),
    startedAt: Time,
    resolvedAt: Time.nullable(),
    updatedAt: Time,
    signalCount: z.number().int(),
    suppressedBy: z.object({ kind: z.string(), until: Time }).nullable(),
    acknowledgedBy: PersonRef.nullable(),
    acknowledgedAt: Time.nullable(),
    paged: z.array(PersonRef).describe('Everybody who has been paged for it'),
    climb: z.string().nullable().describe('climbing, held, exhausted, stopped'),
    nextAt: Time.nullable().describe('When the climb goes on by itself'),
    drill: z.boolean().describe('An exercise'),
    verdict: z
      .enum(['noise', 'useful'])
      .nullable()
      .describe('What people think of having been paged for it'),
  })
  .openapi('Alert')

export const StepView = z
  .object({
    level: z.number().int(),
    round: z.number().int(),
    at: Time,
    state: z.enum(['done', 'now', 'next', 'passed']),
    people: z.array(
      z.object({
        person: PersonRef,
        localTime: z.string(),
        via: z.string(),
        page: Id.nullable(),
        outcome: z.string().nullable(),
      }),
    ),
    why: z.string().nullable(),
    isFallback: z.boolean(),
  })
  .openapi('Step')

export const AttemptView = z
  .object({
    id: Id,
    channel: z.string(),
    contact: z.string().nullable(),
    tryNumber: z.number().int(),
    status: z.enum(['waiting', 'claimed', 'sent', 'failed', 'unknown', 'cancelled']),
    reason: z.string().nullable(),
    dueAt: Time,
    startedAt: Time.nullable(),
    finishedAt: Time.nullable(),
    providerId: z.string().nullable(),
    carrier: z.string().nullable().describe('Who carried it, where the channel has carriers'),
    delivery: z.enum(['delivered', 'undelivered', 'unknown']).nullable(),
  })
  .openapi('Attempt')

export const PageView = z
  .object({
    id: Id,
    person: PersonRef.nullable(),
    level: z.number().int(),
    round: z.number().int(),
    isFallback: z.boolean(),
    via: z.string(),
    urgency: z.enum(['high', 'low']),
    status: z.enum(['open', 'acknowledged', 'resolved', 'superseded', 'declined']),
    because: z.string().nullable(),
    openedAt: Time,
    closedAt: Time.nullable(),
    attempts: z.array(AttemptView),
  })
  .openapi('Page')

export const EntryView = z
  .object({
    seq: z.number().int(),
    cursor: z.string().nullable(),
    at: Time,
    recordedAt: Time,
    kind: z.string(),
    sentence: z.string(),
    actor: z.string(),
    rule: z.string().nullable(),
    inputs: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()),
    groupId: Id.nullable(),
    subject: z.object({ kind: z.string(), id: Id }),
  })
  .openapi('TimelineEntry')

export const ChangeView = z
  .object({ id: Id, summary: z.string(), at: Time, links: z.array(Link) })
  .openapi('Change')

export const AlertDetailView = AlertView.extend({
  dedupKey: z.string(),
  groupId: Id.nullable(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  links: z.array(Link),
  together: z.array(z.object({ id: Id, name: z.string(), title: z.string(), status: z.string() })),
  steps: z.array(StepView),
  next: z.string().nullable().describe('What happens if nobody answers'),
  pages: z.array(PageView),
  timeline: z.array(EntryView),
  changes: z.array(ChangeView),
}).openapi('AlertDetail')

export const ReceiptView = z
  .object({
    page: PageView,
    alert: z.object({
      title: z.string(),
      severity: z.string(),
      service: z.string().nullable(),
      openedAt: Time,
    }),
    decided: z.object({ at: Time, rule: z.string(), why: z.string() }),
    acknowledgedAt: Time.nullable(),
    acknowledgedBy: PersonRef.nullable(),
    secondsToFirstAttempt: z.number().nullable(),
    secondsToAnswer: z.number().nullable(),
    text: z.string().describe('The same, to be read and kept'),
  })
  .openapi('Receipt')

export const ActedView = z
  .object({
    outcome: z.enum(['done', 'nothing']),
    reason: z.string().nullable(),
    sentence: z.string(),
    result: z.record(z.string(), z.unknown()),
  })
  .openapi('Acted')

export const ForecastView = z
  .object({
    service: Ref.nullable(),
    at: Time,
    urgency: z.enum(['high', 'low']),
    sentence: z.string(),
    pages: z.array(
      z.object({
        at: Time,
        level: z.number().int(),
        round: z.number().int(),
        isFallback: z.boolean(),
        person: PersonRef,
        timezone: z.string(),
        localTime: z.string(),
        via: z.string(),
        why: z.string(),
        contacts: z.array(z.object({ after: z.string(), contact: z.string(), kind: z.string() })),
      }),
    ),
    passed: z.array(z.object({ at: Time, level: z.number().int(), reason: z.string() })),
  })
  .openapi('Forecast')

export const MatcherView = z
  .object({
    name: z.string().min(1).max(128),
    op: z.enum(['=', '!=', '=~', '!~']),
    value: z.string().max(1_024),
  })
  .strict()

export const RecurrenceView = z
  .object({
    days: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .min(1)
      .max(7),
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time such as 22:00.'),
    to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'Write a time such as 06:00.'),
    zone: z.string().max(64).optional().describe('Left out: the zone of whoever asks'),
  })
  .strict()
  .describe('Windows of the local week; over midnight where `to` is not after `from`')
  .openapi('Recurrence')

export const SilenceView = z
  .object({
    id: Id,
    matchers: z.array(MatcherView),
    text: z.string(),
    team: Ref.nullable(),
    owner: PersonRef.nullable(),
    reason: z.string(),
    startsAt: Time,
    endsAt: Time,
    recurs: RecurrenceView.nullable(),
    state: z.enum(['pending', 'active', 'ended']),
  })
  .openapi('Silence')

export const BlastView = z
  .object({
    alerts: z.number().int(),
    groups: z.number().int(),
    teams: z.array(z.object({ team: Ref.nullable(), alerts: z.number().int() })),
    sentence: z.string(),
  })
  .openapi('Blast')

export const RequestView = z
  .object({
    id: Id,
    receivedAt: Time,
    path: z.string(),
    status: z.number().int(),
    body: z.string(),
    verdict: z.string().describe('What became of it, in a sentence'),
    signals: z.array(
      z.object({
        action: z.string(),
        dedupKey: z.string(),
        verdict: z.string(),
        alert: z.string().nullable(),
        suppressedBy: z.string().nullable(),
        paged: z.array(z.string()),
      }),
    ),
    problems: z.array(z.object({ field: z.string(), message: z.string() })),
    isReplay: z.boolean(),
  })
  .openapi('Request')

export const SourceView = z
  .object({
    id: Id,
    slug: z.string(),
    name: z.string(),
    kind: z.string(),
    service: Ref.nullable(),
    label: z.string(),
    paths: z.array(z.string()),
    setup: z
      .array(z.object({ where: z.string(), text: z.string() }))
      .describe('What to paste where; `<key>` stands for the key'),
  })
  .openapi('Source')

export const MeView = z
  .object({
    person: PersonRef.nullable(),
    role: z.enum(['admin', 'responder', 'stakeholder']),
    teams: z.array(Ref),
    leads: z.array(Ref).describe('Teams that I lead: what belongs to them I may configure'),
    timezone: z.string(),
    onCall: z.array(z.object({ schedule: Ref, until: Time.nullable() })),
    organisation: z.string(),
    paused: z.string().nullable(),
  })
  .openapi('Me')

export const PlanView = z
  .object({
    changes: z.array(
      z.object({
        section: z.string(),
        id: z.string(),
        action: z.enum(['add', 'change', 'remove']),
        fields: z.array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() })),
      }),
    ),
    findings: z.array(z.object({ rule: z.string(), sentence: z.string(), wayOut: z.string() })),
    paging: z.array(
      z.object({ service: z.string(), before: z.string().nullable(), after: z.string() }),
    ),
    applied: z.boolean(),
  })
  .openapi('Plan')

export const DoctorView = z
  .object({
    findings: z.array(z.object({ rule: z.string(), sentence: z.string(), wayOut: z.string() })),
    ready: z.boolean(),
  })
  .openapi('Doctor')

export type Problem = z.infer<typeof ProblemView>
export type AlertShown = z.infer<typeof AlertView>
export type AlertDetailShown = z.infer<typeof AlertDetailView>
export type StepShown = z.infer<typeof StepView>
export type PageShown = z.infer<typeof PageView>
export type EntryShown = z.infer<typeof EntryView>
export type ActedShown = z.infer<typeof ActedView>
export type ForecastShown = z.infer<typeof ForecastView>
export type SilenceShown = z.infer<typeof SilenceView>
export type BlastShown = z.infer<typeof BlastView>
export type RequestShown = z.infer<typeof RequestView>
export type SourceShown = z.infer<typeof SourceView>
export type MeShown = z.infer<typeof MeView>
export type PlanShown = z.infer<typeof PlanView>
export type DoctorShown = z.infer<typeof DoctorView>
