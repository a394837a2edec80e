/**
 * The signature on requests of Twilio: HMAC-SHA1 over the address that was asked and the form's
 * fields in order. Proxies add and drop ports, so the address counts with and without one.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** 20 bytes in base64. What has another shape is not compared at all. */
const SHAPE = /^[A-Za-z0-9+/]{27}=$/

/** @param address as Twilio was given it, with its query */
export function sign(authToken: string, address: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort()
  const fields = names.map((name) =>
    [...new Set(form.getAll(name))]
      .sort()
      .map((value) => `${name}${value}`)
      .join(''),
  )
  return createHmac('sha1', authToken)
    .update(`${address}${fields.join('')}`, 'utf8')
    .digest('base64')
}

export function isSigned(
  authToken: string,
  signature: string | null,
  address: string,
  form: URLSearchParams,
): boolean {
  if (authToken === '' || signature === null || !SHAPE.test(signature)) return false
  const given = Buffer.from(signature, 'base64')
  return spellings(address)
    .map((one) => Buffer.from(sign(authToken, one, form), 'base64'))
    .some((right) => right.length === given.length && timingSafeEqual(right, given))
}

/** The address as it is, and with the port of its scheme written out or any port left out. */
function spellings(address: string): string[] {
  const parts = /^(https?):\/\/([^/?#:]+|\[[^\]]+\])(:\d+)?(.*)$/.exec(address)
  if (!parts) return [address]
  const [, scheme = '', host = '', port = '', rest = ''] = parts
  const usual = scheme === 'https' ? ':443' : ':80'
  return [...new Set([port, '', port === '' ? usual : port])].map(
    (one) => `${scheme}://${host}${one}${rest}`,
  )
}
