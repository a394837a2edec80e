/**
 * Addresses that nothing may be sent to, because they lie inside somebody's network or are no
 * host at all. A webhook's address is written by users and its name is answered by strangers:
 * without this table the server would knock on doors that only it can reach (INVARIANTS T2).
 *
 * IPv4: all that the IANA special-purpose registry lists, multicast and what is reserved.
 * IPv6: only global unicast is let through, less the parts of it that carry an IPv4 address
 * (6to4, Teredo) or are set apart. A list of what is good fails safe; the IPv4 space has none.
 */
import { type Address, contains, network } from './address.ts'

const DENIED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // shared by carriers, and one cloud's metadata
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local, and most clouds' metadata
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments, and one cloud's metadata
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map(network)

const GLOBAL_V6 = network('2000::/3')

const DENIED_V6 = [
  '2001::/23', // Teredo, benchmarks, ORCHID and other protocol assignments
  '2001:db8::/32',
  '2002::/16', // 6to4
  '2620:4f:8000::/48',
  '3ffe::/16', // given back by the 6bone
  '3fff::/20',
].map(network)

/**
 * Where clouds hand out credentials to whoever asks. Closed also where an allowed network or name
 * leads to them: only the address itself, by its own entry, opens one.
 */
const METADATA = [
  '169.254.169.254/32',
  '169.254.170.2/32', // container credentials
  '169.254.170.23/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32', // a public address, answered by the host
  'fd00:ec2::254/128',
  'fd00:ec2::23/128',
  'fd20:ce::254/128',
].map(network)

export const isMetadata = (address: Address): boolean =>
  METADATA.some((one) => contains(one, address))

/** Whether an address is one that everybody on the internet could reach as well. */
export function isPublic(address: Address): boolean {
  if (isMetadata(address)) return false
  if (address.family === 4) return !DENIED_V4.some((one) => contains(one, address))
  return contains(GLOBAL_V6, address) && !DENIED_V6.some((one) => contains(one, address))
}
