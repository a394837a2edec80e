/** The mail side of the provider: what each behaviour is called in SMTP. */
import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { accepts, type Behaviour } from './behaviour.ts'
import type { OpenLedger } from './ledger.ts'

type MailProviderOptions = {
  next: () => Behaviour
  received: OpenLedger
  later: (run: () => void) => void
  port: number
}

/** Replies that refuse a recipient, and those that refuse the mail itself. */
const AT_RCPT: Partial<Record<Behaviour, [number, string]>> = {
  limited429: [450, '4.7.1 too many messages'],
  missing404: [550, '5.1.1 no such mailbox'],
  gone410: [550, '5.1.6 mailbox has moved'],
}
const AT_DATA: Partial<Record<Behaviour, [number, string]>> = {
  failed500: [451, '4.3.0 local error'],
  refused400: [554, '5.6.0 message refused'],
}

export async function startMailProvider(
  options: MailProviderOptions,
): Promise<{ port: number; stop(): Promise<void> }> {
  const { received, later } = options
  // A connection carries one mail, so its behaviour is settled when it is made.
  const behaviours = new Map<string, Behaviour>()
  const behaviourOf = (session: SMTPServerSession): Behaviour => behaviours.get(session.id) ?? 'ok'

  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 10,
    size: 10_000_000,
    onConnect(session, callback) {
      const behaviour = options.next()
      behaviours.set(session.id, behaviour)
      if (behaviour === 'hang') return
      if (behaviour === 'unavailable503') callback(refusal(421, '4.3.2 not available'))
      else if (behaviour === 'slow') later(() => callback())
      else callback()
    },
    onAuth(auth, session, callback) {
      if (behaviourOf(session) === 'unauthorized401') callback(refusal(535, '5.7.8 wrong'))
      else callback(null, { user: auth.username })
    },
    onRcptTo(_address, session, callback) {
      callback(refused(AT_RCPT[behaviourOf(session)]))
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const behaviour = behaviourOf(session)
        const body = Buffer.concat(chunks).toString('utf8')
        // A reply of 250 is an acceptance, whatever its text says.
        if (accepts(behaviour) || behaviour === 'okWithErrorBody')
          received.accept(entryOf(session, body, behaviour))
        if (behaviour === 'halfAnswer') socketOf(server, session)?.end('25')
        else if (behaviour === 'reset') socketOf(server, session)?.resetAndDestroy()
        else if (behaviour !== 'acceptedThenTimeout')
          callback(refused(AT_DATA[behaviour]), 'error: see the log')
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => resolve())
  })
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const refused = (reply: [number, string] | undefined): Error | null =>
  reply ? refusal(...reply) : null

const refusal = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode })

/** The simulator must be able to do what a server never would: break off in the middle. */
function socketOf(server: SMTPServer, session: SMTPServerSession): Socket | undefined {
  const connections = (server as unknown as { connections: Set<{ id: string; _socket: Socket }> })
    .connections
  return [...connections].find((one) => one.id === session.id)?._socket
}

function entryOf(session: SMTPServerSession, body: string, behaviour: Behaviour) {
  const headers = headersOf(body)
  const to = session.envelope.rcptTo.map((one) => one.address).join(',')
  return {
    at: Date.now(),
    via: 'smtp' as const,
    id: headers['message-id'] ?? null,
    method: 'DATA',
    path: to,
    headers,
    body,
    behaviour,
  }
}

/** The headers by their lower-case names; folded lines are joined. */
function headersOf(mail: string): Record<string, string> {
  const head = mail.split(/\r?\n\r?\n/, 1)[0] ?? ''
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}
