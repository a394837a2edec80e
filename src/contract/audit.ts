import { z } from '@hono/zod-openapi'
import { Id, PersonRef, Time } from './views.ts'

export const AuditEntryView = z
  .object({
    id: Id,
    seq: z.number().int().nullable().describe('Its place in the chain; null: sealed in a moment'),
    hash: z.string().nullable(),
    at: Time,
    actor: z.string(),
    person: PersonRef.nullable(),
    through: z.string().nullable().describe('web, api, cli, link, sms, call, chat, mail'),
    action: z.string(),
    object: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
    sentence: z.string(),
    detail: z.record(z.string(), z.unknown()),
    requestId: z.string().nullable(),
  })
  .openapi('AuditEntry')

export const AuditListView = z
  .object({
    entries: z.array(AuditEntryView),
    actions: z.array(z.string()).describe('Every verb there is an entry of'),
    cursor: z.string().nullable(),
  })
  .openapi('AuditList')

const Head = z.object({
  seq: z.number().int(),
  hash: z.string(),
  text: z.string().describe('To keep elsewhere, and to give to `allclear audit verify --head`'),
})

export const AuditHeadsView = z
  .object({
    now: Head,
    days: z.array(Head.extend({ day: z.string(), signature: z.string() })),
    publicKey: z.string().describe('Ed25519, of the signatures'),
  })
  .openapi('AuditHeads')

export type AuditEntryShown = z.infer<typeof AuditEntryView>
export type AuditListShown = z.infer<typeof AuditListView>
export type AuditHeadsShown = z.infer<typeof AuditHeadsView>
