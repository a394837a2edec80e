/** Signed links: who opens one is the person who was paged. They act by POST only. */
import { createHash } from 'node:crypto'
import type { Group } from '../alerts/alert.ts'
import { listChanges } from '../alerts/read.ts'
import type { Directory } from '../directory/directory.ts'
import { act, type Acted, type Verb } from '../engine/act.ts'
import { principalOf } from '../engine/principal.ts'
import { engineTx } from '../engine/store-sql.ts'
import { forecast, nextSentence } from '../foresee/who.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import { formatLocal, formatTime } from '../lib/zone.ts'
import { findPage, type PageWithAttempts } from '../notify/read.ts'
import type { HttpDeps } from './deps.ts'
import { personName } from './present.ts'
import { goneHtml, SCREEN_CSS, type ScreenFacts, screenHtml } from './screen.ts'
import { toActedView } from './routes/alerts.ts'

export const LINK_MS = 7 * DAY
const SNOOZE_MS = 10 * MINUTE
const WORDS = ['acknowledge', 'escalate', 'not-mine', 'snooze'] as const
type Word = (typeof WORDS)[number]

/** No script at all; the one style sheet is named by its hash. */
const CSP = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(SCREEN_CSS).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

export type LinkReply = { status: number; body: string; headers: Record<string, string> }

const html = (status: number, body: string): LinkReply => ({
  status,
  body,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CSP,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  },
})

/** @param word what was pressed; null: it is only looked at */
export async function openLink(
  deps: HttpDeps,
  token: string,
  word: string | null,
  wantsJson: boolean,
): Promise<LinkReply> {
  const pageId = deps.links.read(token)
  const seen = pageId === null ? null : await look(deps, pageId)
  if (!seen) return html(404, goneHtml())
  const known = WORDS.find((one) => one === word)
  if (word === null) return html(200, screenHtml(seen.facts))
  if (!known)
    return html(400, screenHtml({ ...seen.facts, said: 'That button is not known here.' }))
  const said = await press(deps, seen, known)
  if (wantsJson)
    return {
      status: 200,
      body: JSON.stringify({ sentence: said }),
      headers: { 'content-type': 'application/json' },
    }
  const after = await look(deps, seen.page.id)
  return html(200, screenHtml({ ...(after ?? seen).facts, said }))
}

type Seen = {
  page: PageWithAttempts
  directory: Directory
  zone: string
  now: number
  facts: ScreenFacts
}

async function look(deps: HttpDeps, pageId: string): Promise<Seen | null> {
  return deps.db.withTx('web', async (tx) => {
    const directory = await deps.directoryAt(tx)
    const page = await findPage(tx, pageId)
    const person = page && directory.people.get(page.personId)
    if (!page || !person || tx.now - page.openedAt > LINK_MS) return null
    const store = engineTx(tx, deps.directoryAt)
    const [group] = await store.peek({ kind: 'group', by: 'id', values: [page.groupId] })
    const [climb] = await store.peek({ kind: 'climb', by: 'id', values: [page.climbId] })
    if (!group || !climb) return null
    const alerts = await store.peek({ kind: 'alert', by: 'groupId', values: [group.id] })
    const first = alerts[0]
    const service =
      page.serviceId === null ? null : (directory.services.get(page.serviceId) ?? null)
    const changes =
      page.serviceId === null ? [] : await listChanges(tx, page.serviceId, group.openedAt - HOUR, 3)
    const zone = person.timezone
    const next =
      climb.state.status === 'stopped'
        ? null
        : nextSentence(
            forecast(directory, climb, tx.now, { loudness: deps.tools.loudnessOf }),
            zone,
          )
    const facts: ScreenFacts = {
      person: person.name,
      title: group.title,
      service: service?.name ?? null,
      severity: group.severity,
      since: `${formatLocal(group.openedAt, zone)}, ${Math.max(0, Math.round((tx.now - group.openedAt) / MINUTE))} min`,
      openCount: group.openCount,
      details: Object.entries(first?.annotations ?? {})
        .filter(
          ([name, value]) => name !== 'summary' && value !== group.title && !/_url$/.test(name),
        )
        .slice(0, 4)
        .map(([name, value]) => ({ name, value })),
      runbook: service?.runbookUrl ?? null,
      links: (first?.links ?? []).slice(0, 4),
      changes: changes.map(
        (one) =>
          `${one.summary}, ${Math.max(0, Math.round((group.openedAt - one.happenedAt) / MINUTE))} min before`,
      ),
      next,
      settled: settled(group, page, directory, zone),
      said: null,
      canEscalate: climb.state.status !== 'stopped',
    }
    return { page, directory, zone, now: tx.now, facts }
  })
}

/** How it stands, when there is nothing left for this person to answer. */
function settled(
  group: Group,
  page: PageWithAttempts,
  directory: Directory,
  zone: string,
): string | null {
  if (group.status === 'resolved')
    return `Resolved at ${formatTime(group.resolvedAt ?? page.openedAt, zone)}. Nothing is left to do.`
  if (group.status === 'acknowledged' && page.status !== 'open') {
    const at = formatTime(group.acknowledgedAt ?? page.openedAt, zone)
    if (group.acknowledgedBy === page.personId)
      return `Acknowledged by you at ${at}. Nobody else is being paged.`
    return `Acknowledged by ${personName(directory, group.acknowledgedBy)} at ${at}.`
  }
  if (page.status === 'declined') return 'You said it is not yours. The next person is being paged.'
  return null
}

async function press(deps: HttpDeps, seen: Seen, word: Word): Promise<string> {
  const { page, directory, zone, now } = seen
  const who = principalOf(directory, page.personId)
  if (!who) return 'This person is no longer here.'
  const about = { pageId: page.id }
  const verbs: Record<Word, Verb> = {
    acknowledge: { verb: 'acknowledge', ...about },
    escalate: { verb: 'escalate', ...about },
    'not-mine': { verb: 'notMine', ...about },
    snooze: { verb: 'snooze', until: now + SNOOZE_MS, ...about },
  }
  const acted = await act(
    deps,
    { actor: { kind: 'person', id: page.personId, through: 'link' }, who },
    verbs[word],
  )
  return sentenceFor(word, acted, page.personId, directory, zone)
}

function sentenceFor(
  word: Word,
  acted: Acted,
  personId: string,
  directory: Directory,
  zone: string,
): string {
  if (acted.kind === 'done') {
    return {
      acknowledge: 'You have it. Nobody else is being paged.',
      escalate: 'The next level is being paged now.',
      'not-mine': 'Noted: not yours. The next person is being paged.',
      snooze: 'Put off for 10 minutes. Then you are paged again, if it still fires.',
    }[word]
  }
  if (acted.reason === 'alreadyAcknowledged' && acted.by === personId)
    return `Already acknowledged by you at ${formatTime(acted.at ?? 0, zone)}.`
  return toActedView(acted, (id) => personName(directory, id), zone).sentence
}
