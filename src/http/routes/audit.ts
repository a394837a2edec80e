/** Who did what, for those who have to answer for it; and the chain that shows that nobody changed it. */
import { Readable } from 'node:stream'
import { z } from '@hono/zod-openapi'
import { writeHead, type Head } from '../../audit/entry.ts'
import { endLine, entryLine, headLine, type Line, writeLine } from '../../audit/export.ts'
import { auditSentence, actorOf, type AuditNames } from '../../audit/sentence.ts'
import {
  findHead,
  listActions,
  listAudit,
  listHeads,
  listSealed,
  type ListedEntry,
  sealAudit,
} from '../../audit/store.ts'
import { AuditHeadsView, AuditListView } from '../../contract/audit.ts'
import { Id } from '../../contract/views.ts'
import type { Directory } from '../../directory/directory.ts'
import { toIso } from '../../lib/instant.ts'
import { invalid } from '../../lib/problem.ts'
import { note } from '../audit.ts'
import { momentIn } from '../moment.ts'
import { personName, personRef } from '../present.ts'
import { type Call, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const PAGE_MAX = 200
const HEADS_MAX = 400
const EXPORTED_AT_ONCE = 1_000

/** Things of the configuration by what an entry calls them. */
function nameOf(directory: Directory, kind: string, id: string): string | null {
  const things: Readonly<Record<string, ReadonlyMap<string, { name: string; slug: string }>>> = {
    person: directory.people,
    team: directory.teams,
    schedule: directory.schedules,
    service: directory.services,
    source: directory.sources,
  }
  const found = things[kind]?.get(id)
  return found ? (kind === 'person' ? found.name : `${kind} ${found.slug}`) : null
}

const namesOf = (directory: Directory): AuditNames => ({
  person: (id) => personName(directory, id),
  object: (kind, id) =>
    nameOf(directory, kind, id) ?? (kind === 'channel' ? `channel ${id}` : null),
})

function toView(entry: ListedEntry, directory: Directory) {
  const { actor } = entry
  const names = namesOf(directory)
  const personId = actor.kind === 'person' ? actor.id : null
  return {
    id: entry.id,
    seq: entry.seq,
    hash: entry.hash?.toString('hex') ?? null,
    at: toIso(entry.at),
    actor: actorOf(entry, names),
    person: personRef(directory, personId),
    through: 'through' in actor ? actor.through : null,
    action: entry.action,
    object: {
      kind: entry.objectKind ?? '',
      id: entry.objectId,
      name:
        entry.objectKind && entry.objectId ? names.object(entry.objectKind, entry.objectId) : null,
    },
    sentence: auditSentence(entry, names),
    detail: readable(entry.detail, directory) as Record<string, unknown>,
    requestId: entry.requestId,
  }
}

const INSTANT = /(At|^from|^to)$/
const NAMED = /(Ids?|^person|^people)$/

/** With times as people read them, and the names of those whose ids they are. The export has them as stored. */
function readable(value: unknown, directory: Directory, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => readable(one, directory, key))
  if (typeof value === 'number' && INSTANT.test(key)) return toIso(value)
  if (typeof value === 'string' && NAMED.test(key)) return calledBy(directory, value) ?? value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, readable(one, directory, name)]),
  )
}

const calledBy = (directory: Directory, id: string): string | null =>
  (
    directory.people.get(id) ??
    directory.teams.get(id) ??
    directory.services.get(id) ??
    directory.schedules.get(id)
  )?.name ?? null

const writeCursor = (one: ListedEntry): string =>
  Buffer.from(JSON.stringify([one.at, one.id])).toString('base64url')

function readCursor(text: string): { at: number; id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    if (Number.isSafeInteger(at) && Id.safeParse(id).success)
      return { at: at as number, id: id as string }
  } catch {
    // Answered below.
  }
  throw invalid('cursor', 'This cursor was not given by this list.')
}

const list = route({
  method: 'get',
  path: '/api/v1/audit',
  summary: 'What was done, by whom, to what; the newest first',
  policy: { needs: 'audit' },
  query: z
    .object({
      person: z.string().max(64).optional(),
      object: z.string().max(100).optional().describe('An id, a slug, or a kind such as schedule'),
      action: z.string().max(64).optional(),
      from: z.string().max(60).optional(),
      to: z.string().max(60).optional(),
      cursor: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(PAGE_MAX).optional(),
    })
    .strict(),
  reply: AuditListView,
  handle: ({ read, query, caller }) =>
    read(async (tx, directory) => {
      const max = query.limit ?? 50
      const at = (text: string | undefined, field: string) =>
        text === undefined ? undefined : momentIn(text, field, tx.now, caller.timezone)
      const entries = await listAudit(tx, {
        personId: query.person ? lookUp(directory.people, query.person, 'person').id : undefined,
        object: query.object && idOf(directory, query.object),
        action: query.action,
        from: at(query.from, 'from'),
        to: at(query.to, 'to'),
        after: query.cursor ? readCursor(query.cursor) : undefined,
        max,
      })
      const last = entries.at(-1)
      return {
        body: {
          entries: entries.map((one) => toView(one, directory)),
          actions: await listActions(tx),
          cursor: last && entries.length === max ? writeCursor(last) : null,
        },
      }
    }),
})

/** People name things by their slugs. */
function idOf(directory: Directory, text: string): string {
  for (const things of [
    directory.schedules,
    directory.services,
    directory.sources,
    directory.teams,
    directory.people,
  ])
    for (const one of things.values()) if (one.slug === text) return one.id
  return text
}

const shown = (head: Head) => ({
  seq: head.seq,
  hash: head.hash.toString('hex'),
  text: writeHead(head),
})

const heads = route({
  method: 'get',
  path: '/api/v1/audit/heads',
  summary: 'How far the chain had come, now and at the end of each day: keep one elsewhere',
  policy: { needs: 'audit' },
  reply: AuditHeadsView,
  handle: ({ read, deps }) =>
    read(async (tx) => {
      await sealAudit(tx, deps.signer)
      return {
        body: {
          now: shown(await findHead(tx)),
          days: (await listHeads(tx, HEADS_MAX)).map((one) => ({
            ...shown(one),
            day: one.day,
            signature: one.signature.toString('base64'),
          })),
          publicKey: deps.signer.publicKey,
        },
      }
    }),
})

const exportRoute = route({
  method: 'get',
  path: '/api/v1/audit/export',
  summary: 'The whole chain as a file, one JSON a line: `allclear audit verify` reads it offline',
  policy: { needs: 'audit' },
  reply: null,
  async handle(call) {
    // The export is the last thing on it: who took the record away is on the record.
    await call.read((tx) => note(tx, call, { action: 'audit.exported', object: ['audit', null] }))
    const start = await call.read(async (tx, directory) => {
      await sealAudit(tx, call.deps.signer)
      const days = (await listHeads(tx, Number.MAX_SAFE_INTEGER)).toReversed()
      return {
        head: await findHead(tx),
        days,
        organisation: directory.organisation.name,
        at: toIso(tx.now),
      }
    })
    return {
      stream: Readable.toWeb(
        Readable.from(linesOf(call as never, start)),
      ) as ReadableStream<Uint8Array>,
      headers: {
        'content-type': 'application/jsonl; charset=utf-8',
        'content-disposition': `attachment; filename="audit-${start.at.slice(0, 10)}.jsonl"`,
      },
    }
  },
})

type Start = {
  head: Head
  days: Awaited<ReturnType<typeof listHeads>>
  organisation: string
  at: string
}

/** A few hundred entries at a time, each in a transaction of its own: nobody waits for a long export. */
async function* linesOf({ read, deps }: Call<never, never, never>, start: Start) {
  const encoder = new TextEncoder()
  const write = (lines: readonly Line[]) => encoder.encode(lines.map(writeLine).join(''))
  const { organisation, at: exportedAt, head } = start
  const { publicKey } = deps.signer
  yield write([{ kind: 'audit', version: 1, organisation, exportedAt, publicKey }])
  const days = [...start.days]
  for (let after = 0; after < head.seq; ) {
    const entries = await read((tx) => listSealed(tx, after, head.seq, EXPORTED_AT_ONCE))
    if (entries.length === 0) break
    const lines: Line[] = []
    for (const entry of entries) {
      lines.push(entryLine(entry))
      while (days[0] && days[0].seq <= entry.seq) lines.push(headLine(days.shift() as never))
    }
    after = entries.at(-1)?.seq ?? head.seq
    yield write(lines)
  }
  yield write([endLine(head, deps.signer)])
}

export const auditRoutes: readonly Route[] = [list, heads, exportRoute]
