/** The signed token of a page is the last part of its address. */
import type { Outgoing } from '../notify/channel.ts'

const TOKEN = /^[\w.-]{16,200}$/

/** Null: there is nothing to answer by. */
export function tokenOf({ url }: Pick<Outgoing, 'url'>): string | null {
  if (url === null || !URL.canParse(url)) return null
  const token = new URL(url).pathname.split('/').at(-1) ?? ''
  return TOKEN.test(token) ? token : null
}
