/** E-mail over SMTP. */
import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { type Connection, type Egress, EgressError } from '../../egress/egress.ts'
import { type Channel, type Destination, type Outcome, textOf } from '../../notify/channel.ts'
import { failed } from '../http-outcome.ts'
import { describeEmail } from './describe.ts'
import { createGate } from './gate.ts'
import { mailOf } from './mail.ts'
import { isMailAddress } from './mail-address.ts'
import { outcomeOf } from './outcome.ts'

export { describeEmail } from './describe.ts'

/** How long each phase may take; all of it ends with the signal. */
export type EmailLimits = { connectMs: number; greetingMs: number; silenceMs: number }
const LIMITS: EmailLimits = { connectMs: 5_000, greetingMs: 8_000, silenceMs: 10_000 }

export const CONNECTIONS_MAX = 10

type Server = {
  host: string
  port: number
  isSecure: boolean
  user: string
  password: string
  from: string
}

export function createEmailChannel(egress: Egress, limits: Partial<EmailLimits> = {}): Channel {
  const gate = createGate(CONNECTIONS_MAX)
  const all = { ...LIMITS, ...limits }
  return {
    describe: describeEmail,
    async send(message, to, signal) {
      const server = serverOf(to)
      if (server.host === '') return { kind: 'gaveUp', reason: 'channelNotConfigured' }
      if (!isMailAddress(server.from)) return { kind: 'gaveUp', reason: 'badSender' }
      const address = textOf(to.contact, 'address')
      if (!isMailAddress(address)) return { kind: 'gaveUp', reason: 'badAddress' }
      const mail = await build(
        mailOf(message, server.from, address, textOf(to.settings, 'reply_to')),
      )
      const leave = await gate.enter(`${server.host}:${server.port}`, signal)
      if (!leave) return { kind: 'tryAgain', reason: 'busy' }
      try {
        const { host, port } = server
        const connection = await egress.connect({ host, port, timeoutMs: all.connectMs, signal })
        return await deliver({ server, connection, limits: all, address, mail }, signal)
      } catch (cause) {
        if (cause instanceof EgressError) return failed(cause)
        throw cause
      } finally {
        leave()
      }
    },
  }
}

function serverOf({ settings }: Destination): Server {
  const port = Number(textOf(settings, 'port')) || 587
  return {
    host: textOf(settings, 'host'),
    port,
    isSecure: settings.secure === true || (settings.secure !== false && port === 465),
    user: textOf(settings, 'user'),
    password: textOf(settings, 'password'),
    from: textOf(settings, 'from'),
  }
}

const build = (mail: ReturnType<typeof mailOf>): Promise<Buffer> =>
  new MailComposer({ ...mail, disableFileAccess: true, disableUrlAccess: true }).compile().build()

type Delivery = {
  server: Server
  connection: Connection
  limits: EmailLimits
  address: string
  mail: Buffer
}

function deliver(delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
  const { server, address, mail } = delivery
  const session = new SMTPConnection(optionsOf(delivery))
  // Once the content is on its way the server may take it, whatever becomes of its answer.
  let isUnderWay = false
  function* content(): Generator<Buffer> {
    isUnderWay = true
    yield mail
  }
  return new Promise((resolve) => {
    const end = (outcome: Outcome): void => {
      signal.removeEventListener('abort', onAbort)
      session.close()
      resolve(outcome)
    }
    const fail = (error: unknown): void => end(outcomeOf(error, isUnderWay))
    const onAbort = (): void =>
      end({ kind: isUnderWay ? 'unknown' : 'tryAgain', reason: 'timeout' })
    const send = (): void => {
      const envelope = { from: server.from, to: [address], size: mail.length }
      session.send(envelope, Readable.from(content(), { objectMode: false }), (error) => {
        if (error) fail(error)
        else end({ kind: 'sent', providerId: null })
      })
    }
    signal.addEventListener('abort', onAbort)
    session.on('error', fail)
    session.connect((error) => {
      if (error) fail(error)
      else if (server.user === '') send()
      else {
        session.login({ user: server.user, pass: server.password }, (refused) =>
          refused ? fail(refused) : send(),
        )
      }
    })
    if (signal.aborted) onAbort()
  })
}

/**
 * Outside the own network mail travels encrypted to a server whose certificate is right, or not at
 * all: it holds signed links, and the login a password. Inside, encryption is taken where offered.
 */
function optionsOf({ server, connection, limits }: Delivery) {
  const mustTrust = server.isSecure || !connection.isPrivate
  return {
    connection: connection.socket,
    host: server.host,
    port: server.port,
    secure: server.isSecure,
    requireTLS: !server.isSecure && !connection.isPrivate,
    tls: { rejectUnauthorized: mustTrust },
    name: server.from.slice(server.from.lastIndexOf('@') + 1),
    connectionTimeout: limits.connectMs + limits.greetingMs,
    greetingTimeout: limits.greetingMs,
    socketTimeout: limits.silenceMs,
    socketCloseTimeout: 0,
    maxResponseSize: 65_536,
  }
}
