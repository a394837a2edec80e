/**
 * What a button carries: 64 bytes at most, and a signed token has exactly so many with nothing to
 * say what was pressed. The id in it is written shorter; nothing of it is left out, so nothing has
 * to be kept on our side.
 */
import { type Answer, ANSWERS } from '../../notify/reply.ts'

export const HANDLE_BYTES_MAX = 64
const LETTERS: Readonly<Record<Answer, string>> = {
  acknowledge: 'a',
  escalate: 'e',
  notMine: 'n',
  repeat: 'r',
}
const SIGNED = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\.([\w-]+)$/

/** Null where it does not fit. */
export function makeHandle(answer: Answer, token: string): string | null {
  const [, ...parts] = SIGNED.exec(token) ?? []
  const signature = parts.pop()
  const short =
    signature === undefined
      ? token
      : `~${Buffer.from(parts.join(''), 'hex').toString('base64url')}${signature}`
  const handle = `${LETTERS[answer]}:${short}`
  return Buffer.byteLength(handle) <= HANDLE_BYTES_MAX ? handle : null
}

/** A v7 id has 22 signs in this notation. */
const ID_LENGTH = 22

export function readHandle(handle: unknown): { answer: Answer; token: string } | null {
  const match = typeof handle === 'string' ? /^([aenr]):(~?)([\w.-]{16,64})$/.exec(handle) : null
  const answer = ANSWERS.find((one) => LETTERS[one] === match?.[1])
  if (!match || !answer) return null
  const [, , sign, text = ''] = match
  if (sign === '') return { answer, token: text }
  const hex = Buffer.from(text.slice(0, ID_LENGTH), 'base64url').toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { answer, token: `${id}.${text.slice(ID_LENGTH)}` }
}
