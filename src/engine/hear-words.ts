/**
 * Words from an address: whose it is, which of their pages is meant, and what is said back. Where
 * several people share the address, or several pages are open, a code decides and nothing is guessed.
 */
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import { truncate } from '../lib/text.ts'
import { presentableLine } from '../notify/channel.ts'
import { afterWrongCode, isIgnored, mayAnswer } from '../notify/courtesy.ts'
import type { Page } from '../notify/page.ts'
import { listPagesSince } from '../notify/read.ts'
import type { Answer, Open, Reply, Said } from '../notify/reply.ts'
import { isTaken, lockSender, saveSender, type Sender, take } from '../notify/reply-store.ts'
import { understand } from '../notify/words.ts'
import {
  answerPage,
  contactsAt,
  type HearDeps,
  look,
  onceHash,
  recite,
  type Seen,
  senderHash,
  settledOf,
  SILENCE,
  throughOf,
} from './hear-page.ts'

const RECENT_MS = DAY
const PAGES_MAX = 200
const LISTED_MAX = 5
const TITLE_MAX = 40

const HELP =
  'Answer 1 to acknowledge, 2 to escalate, 3 if it is not yours. With several pages open add the code: 1 and three digits, or 1 all.'
const NOTHING_OPEN = 'There is nothing to answer.'

type Words = Extract<Reply, { what: 'said' }>

/** What is to be done; `say` is all there is where nothing is. */
type Chosen =
  | { kind: 'answer'; answer: Answer; pages: readonly Seen[] }
  | { kind: 'say'; sentence: string; isHelp?: boolean }

export async function hearWords(deps: HearDeps, reply: Words): Promise<Said> {
  const { from, once } = reply
  const chosen = await deps.db.withTx('web', (tx) => choose(deps, tx, reply))
  if (chosen === null) return SILENCE
  const said: Said =
    chosen.kind === 'say'
      ? { done: false, sentence: chosen.sentence }
      : await carryOut(deps, reply, chosen)
  return deps.db.withTx('web', async (tx) => {
    if (once !== undefined) await take(tx, onceHash(from, once))
    const hash = senderHash(from)
    const known = await lockSender(tx, hash)
    const isHelp = chosen.kind === 'say' && chosen.isHelp === true
    const counted = mayAnswer(known, isHelp, tx.now)
    await saveSender(tx, hash, counted.sender)
    return { ...said, sentence: counted.may ? said.sentence : null }
  })
}

/** Somebody who may be heard: their address, and what was sent to them of late. */
type Speaker = { tx: Tx; pages: readonly Page[]; sender: Sender; hash: Buffer }

/** Null: not a word to this address, and nothing done. */
async function choose(deps: HearDeps, tx: Tx, { from, text, once }: Words): Promise<Chosen | null> {
  const directory = await deps.directoryAt(tx)
  const personIds = [...new Set(contactsAt(directory, from).map(({ person }) => person.id))]
  if (personIds.length === 0) return null
  const hash = senderHash(from)
  const sender = await lockSender(tx, hash)
  if (isIgnored(sender, tx.now)) return null
  const pages = await listPagesSince(tx, personIds, tx.now - RECENT_MS, PAGES_MAX)
  if (once !== undefined && (await isTaken(tx, onceHash(from, once))))
    return { kind: 'say', sentence: await lastWord(deps, tx, pages) }
  const understood = understand(text)
  if (!understood) return { kind: 'say', sentence: HELP, isHelp: true }
  const { answer, which } = understood
  if (which !== null && which !== 'all')
    return byCode(deps, { tx, pages, sender, hash }, which, answer)
  const open = await answerable(deps, tx, pages)
  const [first] = open
  if (!first) return { kind: 'say', sentence: await lastWord(deps, tx, pages) }
  const isOnes = new Set(open.map((seen) => seen.page.personId)).size === 1
  if (personIds.length === 1 && isOnes && (open.length === 1 || which === 'all'))
    return { kind: 'answer', answer, pages: open }
  return { kind: 'say', sentence: listed(deps, open) }
}

async function byCode(
  deps: HearDeps,
  { tx, pages, sender, hash }: Speaker,
  code: string,
  answer: Answer,
): Promise<Chosen> {
  const matching = pages.filter((page) => deps.codes.of(page) === code)
  const open = matching.filter((page) => page.status === 'open')
  const [meant] = open.length > 0 ? open : matching
  if (!meant) {
    await saveSender(tx, hash, afterWrongCode(sender, tx.now))
    return { kind: 'say', sentence: `No page of yours has the code ${code}.` }
  }
  if (open.length > 1)
    return { kind: 'say', sentence: `${open.length} pages have the code ${code}. Open the link.` }
  const seen = await look(deps, tx, meant.id)
  return seen ? { kind: 'answer', answer, pages: [seen] } : { kind: 'say', sentence: NOTHING_OPEN }
}

/**
 * What is open for them; otherwise what was theirs until the climb moved on, and which nobody has
 * taken yet: the link in that message still works, and so do the words.
 */
async function answerable(deps: HearDeps, tx: Tx, pages: readonly Page[]): Promise<Seen[]> {
  const open = pages.filter((page) => page.status === 'open')
  const wanted = open.length > 0 ? open : pages.filter((page) => page.status === 'superseded')
  const newest = new Map<string, Page>()
  for (const page of wanted) {
    const key = `${page.groupId} ${page.personId}`
    if (!newest.has(key)) newest.set(key, page)
  }
  const seen = await lookAll(
    deps,
    tx,
    [...newest.values()].map((page) => page.id),
  )
  return seen.filter((one) => one.page.status === 'open' || one.group.status === 'firing')
}

async function lookAll(deps: HearDeps, tx: Tx, pageIds: readonly Id[]): Promise<Seen[]> {
  const found: Seen[] = []
  for (const id of pageIds) {
    const seen = await look(deps, tx, id)
    if (seen) found.push(seen)
  }
  return found
}

async function lastWord(deps: HearDeps, tx: Tx, pages: readonly Page[]): Promise<string> {
  const [newest] = pages
  const seen = newest ? await look(deps, tx, newest.id) : null
  return (seen && settledOf(seen)) ?? NOTHING_OPEN
}

/** The pages with their codes: "2 pages are open. 427 Shop: db is down; 815 Depot: …" */
function listed(deps: HearDeps, open: readonly Seen[]): string {
  const lines = open.map((seen): Open & { title: string } => ({
    pageId: seen.page.id,
    code: deps.codes.of(seen.page),
    openedAt: seen.page.openedAt,
    title: truncate(presentableLine(seen.title, 200), TITLE_MAX),
  }))
  const named = lines.slice(0, LISTED_MAX).map(({ code, title }) => `${code} ${title}`)
  const more = lines.length > LISTED_MAX ? ` and ${lines.length - LISTED_MAX} more` : ''
  return `${open.length} pages are open. Answer 1 and a code: ${named.join('; ')}${more}.`
}

async function carryOut(
  deps: HearDeps,
  { from }: Words,
  { answer, pages }: Extract<Chosen, { kind: 'answer' }>,
): Promise<Said> {
  if (answer === 'repeat') {
    const [only] = pages
    return only && pages.length === 1
      ? recite(only)
      : { done: false, sentence: listed(deps, pages) }
  }
  const all: Said[] = []
  for (const seen of pages) all.push(await answerPage(deps, seen, answer, throughOf(from)))
  const sentences = [...new Set(all.map((said) => said.sentence))].join(' ')
  return {
    done: all.some((said) => said.done),
    sentence: pages.length === 1 ? sentences : `${pages.length} pages: ${sentences}`,
  }
}
