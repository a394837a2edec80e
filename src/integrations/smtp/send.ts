/** E-mail over SMTP. Alert text is text: it is escaped in HTML and kept out of headers. */
import { createHash } from 'node:crypto'
import nodemailer from 'nodemailer'
import { type Egress, EgressError } from '../../egress/egress.ts'
import { escapeHtml, printable, truncate } from '../../lib/text.ts'
import type { Channel, ChannelDescription, Destination, Outcome, Outgoing } from '../../notify/channel.ts'
import { failed } from '../http-outcome.ts'

export const describeEmail: ChannelDescription = {
  kind: 'email',
  label: 'E-mail',
  loudness: 'quiet',
  needs: 'outbound',
  contact: [{ name: 'address', label: 'Address', kind: 'email', required: true }],
  settings: [
    { name: 'host', label: 'SMTP server', kind: 'text', required: true },
    { name: 'port', label: 'Port', kind: 'number', required: false, help: '587 with STARTTLS, 465 with TLS, 25 inside.' },
    { name: 'from', label: 'From', kind: 'email', required: true },
    { name: 'user', label: 'User', kind: 'text', required: false },
    { name: 'password', label: 'Password', kind: 'secret', required: false },
    { name: 'tls', label: 'Require TLS', kind: 'boolean', required: false, help: 'On, unless the server is inside and has none.' },
  ],
}

const SUBJECT_MAX = 200

export type EmailLimits = { connectMs: number; socketMs: number }
const LIMITS: EmailLimits = { connectMs: 5_000, socketMs: 10_000 }

export function createEmailChannel(egress: Egress, limits: EmailLimits = LIMITS): Channel {
  return {
    describe: describeEmail,
    async send(message, to, signal) {
      const host = String(to.settings.host ?? '')
      const port = Number(to.settings.port ?? 587)
      if (host === '') return { kind: 'gaveUp', reason: 'channelNotConfigured' }
      let address: string
      try {
        address = await egress.checkHost(host, port)
      } catch (cause) {
        if (cause instanceof EgressError) return failed(cause)
        throw cause
      }
      return deliver(message, to, { host, port, address }, limits, signal)
    },
  }
}

async function deliver(
  message: Outgoing,
  to: Destination,
  server: { host: string; port: number; address: string },
  limits: EmailLimits,
  signal: AbortSignal,
): Promise<Outcome> {
  const { user, password, tls } = to.settings
  const transport = nodemailer.createTransport({
    host: server.address,
    port: server.port,
    secure: server.port === 465,
    requireTLS: tls === true && server.port !== 465,
    ignoreTLS: tls === false,
    tls: { servername: server.host },
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.connectMs,
    socketTimeout: limits.socketMs,
    ...(typeof user === 'string' && user !== '' ? { auth: { user, pass: String(password ?? '') } } : {}),
  })
  let isInTime = true
  const abort = (): void => {
    isInTime = false
    transport.close()
  }
  signal.addEventListener('abort', abort)
  try {
    const timeUp = new Promise<never>((_, fail) => signal.addEventListener('abort', () => fail(new Error('timeUp'))))
    const sent = (await Promise.race([transport.sendMail(mailOf(message, to)), timeUp])) as { messageId?: string }
    return { kind: 'sent', providerId: sent.messageId ?? null }
  } catch (cause) {
    return isInTime ? outcomeOf(cause) : { kind: 'unknown', reason: 'timeout' }
  } finally {
    signal.removeEventListener('abort', abort)
    transport.close()
  }
}

/** Headers are built by nodemailer from plain values; line breaks are taken out of them here. */
function mailOf(message: Outgoing, to: Destination) {
  const line = (text: string, max: number) => truncate(printable(text).replace(/\s+/g, ' ').trim(), max)
  const thread = createHash('sha256').update(message.idempotencyKey.split(':')[0] ?? '').digest('hex').slice(0, 32)
  const text = [printable(message.title), '', printable(message.body), ...(message.url ? ['', `Answer: ${message.url}`] : [])].join('\n')
  return {
    from: { name: 'Allclear', address: line(String(to.settings.from ?? ''), 254) },
    to: { name: '', address: line(String(to.contact.address ?? ''), 254) },
    subject: line(`${message.urgency === 'high' ? 'Page' : 'Low urgency'}: ${message.title}`, SUBJECT_MAX),
    messageId: `<${message.attemptId}@allclear>`,
    references: `<${thread}@allclear>`,
    inReplyTo: `<${thread}@allclear>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Entity-Ref-ID': thread },
    text,
    html: htmlOf(message),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function htmlOf(message: Outgoing): string {
  const lines = printable(message.body).split('\n').map((one) => `<p style="margin:4px 0">${escapeHtml(one)}</p>`)
  const button = message.url
    ? `<p style="margin:20px 0"><a href="${escapeHtml(message.url)}" style="background:#11141a;color:#fff;padding:12px 18px;border-radius:8px;text-decoration:none">Answer this page</a></p>`
    : ''
  return `<div style="font:16px/1.45 system-ui,sans-serif;color:#11141a"><h1 style="font-size:20px">${escapeHtml(printable(message.title))}</h1>${lines.join('')}${button}</div>`
}

function outcomeOf(cause: unknown): Outcome {
  const { responseCode, code, command } = cause as { responseCode?: number; code?: string; command?: string }
  if (responseCode !== undefined && responseCode >= 500) return { kind: 'gaveUp', reason: `smtp${responseCode}` }
  if (responseCode !== undefined && responseCode >= 400) return { kind: 'tryAgain', reason: `smtp${responseCode}` }
  if (code === 'EENVELOPE') return { kind: 'gaveUp', reason: 'badAddress' }
  if (code === 'EAUTH') return { kind: 'gaveUp', reason: 'notLoggedIn' }
  // After DATA the server may have taken it, whatever became of the answer.
  if (command === 'DATA' || command === 'API') return { kind: 'unknown', reason: (code ?? 'failed').toLowerCase() }
  return { kind: 'tryAgain', reason: (code ?? 'failed').toLowerCase() }
}
