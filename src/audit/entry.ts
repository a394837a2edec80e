/** One entry of the audit, and how it is chained to the one before it. */
import { createHash } from 'node:crypto'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Actor } from '../timeline/entry.ts'

export type AuditEntry = {
  id: Id
  at: Instant
  actor: Actor
  /** A verb of the product, or `noun.verbed` where none fits: `acknowledge`, `token.made`. */
  action: string
  objectKind: string | null
  objectId: string | null
  /** The request it came with, where it came with one. */
  requestId: string | null
  /** What it was about: `before` and `after`, or `changes` field by field. */
  detail: Readonly<Record<string, unknown>>
}

/** What stands before the first entry. */
export const GENESIS = Buffer.alloc(32)

/** The same text for the same value, whoever writes it: keys in order, no spaces (RFC 8785). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`
}

/** What of an entry is under the hash, as it stands in an export. */
export type Sealable = Omit<AuditEntry, 'at'> & { seq: number; at: string }

export const sealable = (entry: AuditEntry, seq: number): Sealable => ({
  seq,
  id: entry.id,
  at: toIso(entry.at),
  actor: entry.actor,
  action: entry.action,
  objectKind: entry.objectKind,
  objectId: entry.objectId,
  requestId: entry.requestId,
  detail: entry.detail,
})

/** SHA-256 over the hash before and the canonical text of the entry. */
export const hashAfter = (prev: Buffer, entry: Sealable): Buffer =>
  createHash('sha256').update(prev).update(canonical(entry), 'utf8').digest()

/** How far the chain had come: what somebody keeps elsewhere. */
export type Head = { seq: number; hash: Buffer }

/** As people write it down and type it in again: `1204:9f86d0…`. */
export const writeHead = ({ seq, hash }: Head): string => `${seq}:${hash.toString('hex')}`

export function readHead(text: string): Head | null {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim()) ?? []
  return seq && hash ? { seq: Number(seq), hash: Buffer.from(hash, 'hex') } : null
}
