/**
 * Notices: what a person is told beside pages, and need not answer. They go out over the contacts of
 * their plan, one contact at a time until one takes it, and are never bundled with pages nor wait
 * for them. Each is told once for its `onceKey`, whoever notices it and however often.
 */
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import { printable, truncate } from '../lib/text.ts'
import type { Outcome } from './channel.ts'

export type Notice = {
  id: Id
  personId: Id
  kind: NoticeKind
  params: Readonly<Record<string, unknown>>
  urgency: 'high' | 'low'
  /** Where to look, within the web app. */
  path: string | null
  onceKey: string
  status: 'waiting' | 'claimed' | 'sent' | 'failed'
  reason: string | null
  tries: number
  triedContacts: readonly Id[]
  fence: number
  wakeAt: Instant | null
  createdAt: Instant
  finishedAt: Instant | null
  drillId: Id | null
}

export const NOTICE_TRIES_MAX = 8
export const NOTICE_LEASE_MS = MINUTE

/** What becomes of a notice after a try: told, again later, by the next contact, or given up. */
export function afterTry(
  notice: Notice,
  contactId: Id | null,
  outcome: Outcome,
  now: Instant,
): Notice {
  const tried = contactId === null ? notice.triedContacts : [...notice.triedContacts, contactId]
  const done = (status: 'sent' | 'failed', reason: string | null): Notice => ({
    ...notice,
    status,
    reason,
    wakeAt: null,
    finishedAt: now,
    triedContacts: tried,
    tries: notice.tries + 1,
  })
  if (outcome.kind === 'sent') return done('sent', null)
  if (contactId === null || notice.tries + 1 >= NOTICE_TRIES_MAX)
    return done('failed', outcome.reason)
  const wait =
    outcome.kind === 'tryAgain' ? (outcome.retryAfterMs ?? 10 * SECOND * 2 ** notice.tries) : SECOND
  return {
    ...notice,
    status: 'waiting',
    reason: outcome.reason,
    tries: notice.tries + 1,
    // What may work later is tried again; everything else goes to the next contact.
    triedContacts: outcome.kind === 'tryAgain' ? notice.triedContacts : tried,
    wakeAt: now + wait,
  }
}

export type NoticeNames = {
  person: (id: unknown) => string
  schedule: (id: unknown) => string
  /** A stretch of time in the reader's zone: "Tue 24 Nov 09:00 to 17:00". */
  stretch: (from: unknown, to: unknown) => string
  time: (at: unknown) => string
}

type Words = { title: string; body: string }
type Params = Readonly<Record<string, unknown>>

const WORDS = {
  coverAsked: (p: Params, n: NoticeNames): Words => ({
    title: `${n.person(p.by)} asks for cover: ${n.stretch(p.from, p.to)}`,
    body: lines(
      `${n.schedule(p.schedule)}. ${said(p.reason)}`,
      p.inReturn
        ? `In return they take ${stretchOf(p.inReturn, n)}.`
        : 'You may take all of it or a part.',
    ),
  }),
  coverReminder: (p: Params, n: NoticeNames): Words => ({
    title: `Still open: cover for ${n.person(p.by)}, ${n.stretch(p.from, p.to)}`,
    body: lines(`${n.schedule(p.schedule)}. ${said(p.reason)}`, 'Please say yes, a part, or no.'),
  }),
  coverTaken: (p: Params, n: NoticeNames): Words => ({
    title: `${n.person(p.by)} covers you: ${n.stretch(p.from, p.to)}`,
    body: p.isWhole ? 'All of it is covered. You are free.' : 'A part is still open.',
  }),
  coverExpired: (p: Params, n: NoticeNames): Words => ({
    title: `Nobody took it: you are on call ${n.stretch(p.from, p.to)}`,
    body: n.schedule(p.schedule),
  }),
  dutyGiven: (p: Params, n: NoticeNames): Words => ({
    title: `You are on call: ${n.stretch(p.from, p.to)}`,
    body: lines(`${n.schedule(p.schedule)}. Put there by ${n.person(p.by)}.`, said(p.reason)),
  }),
  dutyTaken: (p: Params, n: NoticeNames): Words => ({
    title: `You are not on call: ${n.stretch(p.from, p.to)}`,
    body: lines(
      `${n.schedule(p.schedule)}. Changed by ${n.person(p.by)}${p.instead ? `, ${n.person(p.instead)} has it` : ''}.`,
      said(p.reason),
    ),
  }),
  shadowPage: (p: Params, n: NoticeNames): Words => ({
    title: `To look on: ${n.person(p.person)} was paged. ${said(p.title)}`,
    body: 'You are a shadow: watch, ask, learn. There is nothing for you to answer.',
  }),
  handoffWaiting: (p: Params, n: NoticeNames): Words => ({
    title: `You have the pager: ${n.schedule(p.schedule)}`,
    body: `Read the hand-off and accept it by ${n.time(p.dueAt)}; otherwise ${n.person(p.outgoing)} stays on call with you.`,
  }),
  handoffOverdue: (p: Params, n: NoticeNames): Words => ({
    title: `Hand-off not accepted: ${n.schedule(p.schedule)}`,
    body: `${n.person(p.incoming)} has not accepted what ${n.person(p.outgoing)} handed over. Both stay on call.`,
  }),
  tooManyPages: (p: Params, n: NoticeNames): Words => ({
    title: `${n.person(p.person)} had ${p.count} pages in seven days`,
    body: 'More than five is too many. Consider relief, and look at what pages most.',
  }),
  message: (p: Params, _n: NoticeNames): Words => ({
    title: said(p.subject),
    body: typeof p.body === 'string' ? truncate(p.body, 4_000) : '',
  }),
  incidentTold: (p: Params, _n: NoticeNames): Words => ({
    title: `SEV${p.level} INC-${p.incident}: ${said(p.title)}`,
    body: lines(
      said(p.summary),
      'You are told because of its severity. There is nothing for you to acknowledge.',
    ),
  }),
  incidentAsks: (p: Params, n: NoticeNames): Words => ({
    title: `INC-${p.incident}: ${incidentAsk(p, n)}`,
    body: lines(`SEV${p.level} ${said(p.title)}`, said(p.summary)),
  }),
  notReady: (p: Params, n: NoticeNames): Words => ({
    title: `${p.isSelf ? 'You come' : `${n.person(p.person)} comes`} on call ${n.time(p.from)}, and nothing is proven to wake ${p.isSelf ? 'you' : 'them'}`,
    body: lines(
      n.schedule(p.schedule),
      p.isSelf
        ? 'Send yourself a test and enter the code that is in it.'
        : 'They were told as well. A test that arrives is all it takes.',
    ),
  }),
  contactLost: (p: Params, _n: NoticeNames): Words => ({
    title: `You are not reached over ${said(p.contact)} any more`,
    body: 'The browser gave it up, as one does that was wiped or not opened for long. Open Allclear in it and use it again, or remove it. Until then pages go to your other contacts.',
  }),
  obligationDue: (p: Params, n: NoticeNames): Words => {
    const what = OWED[String(p.rule)] ?? 'a promise'
    return p.isOverdue
      ? {
          title: `Overdue: ${what}`,
          body: `${n.person(p.owner)} owed it by ${n.time(p.due)}. It is on the record as missed.`,
        }
      : { title: `Owed by ${n.time(p.due)}: ${what}`, body: '' }
  },
  budgetMoved: (p: Params, _n: NoticeNames): Words => ({
    title: `${said(p.name)}: ${BUDGET[String(p.to)] ?? 'its budget has changed'}`,
    body: lines(
      p.left === null ? '' : `${said(p.left)} of the error budget is left.`,
      said(p.asks),
    ),
  }),
  surveyOpen: (_p: Params, _n: NoticeNames): Words => ({
    title: 'How is on-call for you? Seven questions, anonymous',
    body: 'Results are shown once five people have answered.',
  }),
} as const

/** What an incident asks of one of its people. */
function incidentAsk(p: Params, n: NoticeNames): string {
  switch (p.what) {
    case 'handOverProposed':
      return `${n.person(p.from)} hands you the role of ${ROLES[String(p.role)] ?? p.role}. Accept it, or say no`
    case 'roleGiven':
      return `you are ${ROLES[String(p.role)] ?? p.role}`
    case 'relief':
      return `you have commanded for ${Number(p.hours)} hours: should somebody take over?`
    case 'taskGiven':
      return `a task for you: ${said(p.text)}`
    case 'hypothesisExpired':
      return `the time for “${said(p.statement)}” is over: another path, once more, or more people?`
    case 'breachBegan':
      return `a breach of data. By ${n.time(p.due)} word has to reach ${said(p.tell)}`
    default:
      return String(p.what)
  }
}

export const ROLES: Readonly<Record<string, string>> = {
  commander: 'commander',
  technicalLead: 'technical lead',
  communicationsLead: 'communications lead',
  scribe: 'scribe',
  deputy: 'deputy',
  owner: 'owner',
}

const BUDGET: Readonly<Record<string, string>> = {
  normal: 'more than half of the budget is there again',
  review: 'half of the error budget is gone',
  allHands: 'three quarters of the error budget are gone',
  exhausted: 'the error budget is spent',
}

/** What is owed under each rule, as one would say it. */
const OWED: Readonly<Record<string, string>> = {
  'handoff.accept': 'accept the hand-off',
  'budget.review': 'a review of what the error budget asks for',
  'survey.answer': 'answer the on-call survey',
  'incident.respond': 'an answer to the page',
  'incident.role.commander': 'a commander',
  'incident.role.technicalLead': 'a technical lead',
  'incident.role.communicationsLead': 'a communications lead',
  'incident.role.scribe': 'a scribe',
  'incident.role.owner': 'an owner',
  'incident.firstMessage': 'the first message',
  'incident.update': 'the next update',
  'incident.allClear': 'the all-clear to those who wait for it',
  'incident.hypothesis': 'a verdict on a path',
  'incident.cause': 'the cause, or more people',
  'incident.task': 'a task',
  'incident.breach': 'word of the breach to those who must hear',
  'incident.outside': 'an answer from outside',
  'incident.tell.vp': 'word to the VP',
  'incident.tell.cto': 'word to the CTO',
  'incident.tell.commander': 'word to the commander on call',
  'incident.role.deputy': 'a deputy',
  'incident.tell.manager': 'word to the engineering manager',
  'incident.tell.teamLead': 'word to the lead of the team',
}

/**
 * What is owed, as one would say it. Messages are owed to an audience each, and so is word of a
 * breach; the key says to whom.
 */
export function owedWords({ rule, key }: { rule: string; key: string }): string {
  const whom = key.split(':').slice(2).join(':')
  if (rule === 'incident.breach' && whom !== '') return `word of the breach to ${whom}`
  const isMessage = /^incident\.(firstMessage|update|allClear)$/.test(rule)
  const audience = isMessage ? key.split(':')[2] : undefined
  return `${OWED[rule] ?? rule}${audience ? ` to ${audience}` : ''}`
}

export type NoticeKind = keyof typeof WORDS

/** Renders a notice for its reader. Text from people is data: cut, and without control characters. */
export function noticeWords(notice: Pick<Notice, 'kind' | 'params'>, names: NoticeNames): Words {
  const { title, body } = WORDS[notice.kind](notice.params, names)
  return {
    title: truncate(printable(title).replace(/\s+/g, ' '), 200),
    body: printable(body).trim(),
  }
}

const said = (text: unknown): string => (typeof text === 'string' ? truncate(text, 300) : '')
const lines = (...all: string[]): string => all.filter((one) => one.trim() !== '').join('\n')

function stretchOf(value: unknown, names: NoticeNames): string {
  const { from, to } = value as { from: unknown; to: unknown }
  return names.stretch(from, to)
}
