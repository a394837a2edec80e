/** Signed links: who opens one is the person who was paged. They act by POST only. */
import { createHash } from 'node:crypto'
import { listChanges } from '../alerts/read.ts'
import type { Directory } from '../directory/directory.ts'
import { act, type Verb } from '../engine/act.ts'
import { ANSWER_MS, answeredSentence, type Reader, settledSentence } from '../engine/answers.ts'
import { principalOf } from '../engine/principal.ts'
import { engineTx } from '../engine/store-sql.ts'
import { forecast, nextPeople, nextSentence } from '../foresee/who.ts'
import { HOUR, MINUTE } from '../lib/instant.ts'
import { formatLocal } from '../lib/zone.ts'
import { findPage, type PageWithAttempts } from '../notify/read.ts'
import type { HttpDeps } from './deps.ts'
import { personName } from './present.ts'
import { goneHtml, SCREEN_CSS, type ScreenFacts, screenHtml } from './screen.ts'

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
    if (!page || !person || tx.now - page.openedAt > ANSWER_MS) return null
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
    const coming =
      climb.state.status === 'stopped'
        ? null
        : forecast(directory, climb, tx.now, { loudness: deps.tools.loudnessOf })
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
      next: coming && nextSentence(coming, zone),
      nextPeople: coming && nextPeople(coming),
      settled: settledSentence(group, page, readerOf(directory, page.personId, zone)),
      said: null,
      canEscalate: climb.state.status !== 'stopped',
    }
    return { page, directory, zone, now: tx.now, facts }
  })
}

const readerOf = (directory: Directory, personId: string, zone: string): Reader => ({
  personId,
  name: (id) => personName(directory, id),
  zone,
})

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
  return answeredSentence(
    word === 'not-mine' ? 'notMine' : word,
    acted,
    readerOf(directory, page.personId, zone),
  )
}
