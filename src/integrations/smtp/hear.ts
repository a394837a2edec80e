/**
 * A mail server of our own, for networks where answers cannot come in any other way: it takes mail
 * for addresses that carry a signed token, and for nothing else. It sends nothing and stores nothing.
 */
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { textOf } from '../../notify/channel.ts'
import type { Hear, Settings } from '../../notify/reply.ts'
import { answerOf, type Received } from './answer.ts'
import { tokenOf } from './reply-address.ts'

const MAIL_BYTES_MAX = 512 * 1024
const CLIENTS_MAX = 50
const SILENCE_MS = 30_000

export type MailDoor = { port: number; stop(): Promise<void> }

export type MailDoorDeps = {
  host: string
  port: number
  /** Of the channel, read anew for each mail. */
  settings: () => Settings
  hear: Hear
  onTrouble: (cause: unknown) => void
}

export async function openMailDoor(deps: MailDoorDeps): Promise<MailDoor> {
  const tokenFor = (address: string): string | null =>
    tokenOf(address, textOf(deps.settings(), 'reply_to'))
  const server = new SMTPServer({
    banner: 'Allclear',
    size: MAIL_BYTES_MAX,
    maxClients: CLIENTS_MAX,
    socketTimeout: SILENCE_MS,
    closeTimeout: 1_000,
    disableReverseLookup: true,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (to, _session, done) =>
      done(tokenFor(to.address) === null ? refusal(550, 'no such address') : null),
    onData(stream, session, done) {
      const taking = take(stream, session)
      taking.then(
        (problem) => done(problem),
        (cause: unknown) => {
          deps.onTrouble(cause)
          done(refusal(451, 'try again later'))
        },
      )
    },
  })
  // A client that breaks off, or speaks nonsense, is no trouble of ours.
  server.on('error', () => undefined)

  async function take(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
  ): Promise<Error | null> {
    const raw = await readMail(stream)
    if (raw === null) return refusal(552, 'too large')
    const mail = await readParts(raw, session)
    for (const { address } of session.envelope.rcptTo) {
      const token = tokenFor(address)
      const reply = mail && token !== null ? answerOf(mail, token) : null
      if (reply) await deps.hear(reply)
    }
    return null
  }

  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(deps.port, deps.host, () => done())
  })
  const { port } = server.server.address() as AddressInfo
  return { port, stop: () => new Promise((done) => server.close(() => done())) }
}

const refusal = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode })

/** Null: larger than allowed. The rest is read all the same, as the protocol wants it, and dropped. */
async function readMail(stream: SMTPServerDataStream): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAIL_BYTES_MAX) chunks.push(chunk)
    else chunks.length = 0
  }
  return size > MAIL_BYTES_MAX ? null : Buffer.concat(chunks)
}

const LIMITS = { maxNestingDepth: 10, maxHeadersSize: 64 * 1024 }

/** Null: it cannot be read, so it answers nothing. */
async function readParts(raw: Buffer, session: SMTPServerSession): Promise<Received | null> {
  try {
    const mail = await PostalMime.parse(raw, LIMITS)
    const headers = mail.headers.map(({ key, value }) => [key, value] as const)
    const { mailFrom } = session.envelope
    return {
      envelopeFrom: mailFrom ? mailFrom.address : '',
      from: mail.from?.address ?? '',
      headers: Object.fromEntries(headers.toReversed()),
      text: mail.text ?? withoutTags(mail.html ?? ''),
    }
  } catch {
    return null
  }
}

/** Mail that has no plain part: its lines, roughly. Only a few plain words are looked for in it. */
const withoutTags = (html: string): string =>
  html
    .replace(/<(style|script|blockquote)\b[^>]*>[\s\S]*?(<\/\1>|$)/gi, '')
    .replace(/<(br|\/p|\/div)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
