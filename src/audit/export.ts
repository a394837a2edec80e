/** An export: one JSON a line, the oldest entry first, so that ten million of them need no memory. */
import { type AuditEntry, type Head, type Sealable, sealable } from './entry.ts'
import type { Signer } from './signature.ts'

export type DayHead = Head & { day: string; signature: Buffer }

export type Line =
  | { kind: 'audit'; version: 1; organisation: string; exportedAt: string; publicKey: string }
  | ({ kind: 'entry'; prev: string; hash: string } & Sealable)
  | { kind: 'head'; day: string; seq: number; hash: string; signature: string }
  | { kind: 'end'; seq: number; hash: string; signature: string }

export const writeLine = (line: Line): string => `${JSON.stringify(line)}\n`

export const entryLine = (
  entry: AuditEntry & { seq: number; prev: Buffer; hash: Buffer },
): Line => ({
  kind: 'entry',
  ...sealable(entry, entry.seq),
  prev: entry.prev.toString('hex'),
  hash: entry.hash.toString('hex'),
})

export const headLine = ({ day, seq, hash, signature }: DayHead): Line => ({
  kind: 'head',
  day,
  seq,
  hash: hash.toString('hex'),
  signature: signature.toString('base64'),
})

export const endLine = (head: Head, signer: Signer): Line => ({
  kind: 'end',
  seq: head.seq,
  hash: head.hash.toString('hex'),
  signature: signer.sign(head, 'export').toString('base64'),
})
