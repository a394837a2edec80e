/** The address that a page is answered to: a name of ours, a plus, and the signed token of the page. */
import { isMailAddress } from './mail-address.ts'

/** RFC 5321: 64 characters before the @, of which the token takes 52 and the plus one. */
const NAME_MAX = 11
const TOKEN = /^[a-z2-7]{52}$/

/** Null: no answer can be taken at this address. */
export function replyAddress(replyTo: string, token: string | null | undefined): string | null {
  const at = replyTo.lastIndexOf('@')
  if (!isMailAddress(replyTo) || at > NAME_MAX || !token || !TOKEN.test(token)) return null
  return `${replyTo.slice(0, at)}+${token}${replyTo.slice(at)}`
}

/** The token in an address that was written to; servers on the way may change the case. */
export function tokenOf(address: string, replyTo: string): string | null {
  const [wanted, given] = [replyTo.toLowerCase(), address.toLowerCase()]
  const at = wanted.lastIndexOf('@')
  const start = `${wanted.slice(0, at)}+`
  if (at < 1 || !given.startsWith(start) || !given.endsWith(wanted.slice(at))) return null
  const token = given.slice(start.length, given.length - (wanted.length - at))
  return TOKEN.test(token) ? token : null
}
