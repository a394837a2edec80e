/**
 * Which addresses may be called. A deny table of everything that is not the public internet, in
 * all the ways in which such an address can be written, and an allow list that opens what an
 * operator names. What is checked is what is connected to: names are resolved first.
 */
import { BlockList, isIP } from 'node:net'

const DENIED_V4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12',
  '192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/4', '240.0.0.0/4',
]
// Loopback, mapped and translated v4, discard, Teredo, ORCHID, documentation, 6to4, local, multicast.
const DENIED_V6 = [
  '::/96', '::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64',
  '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10',
  'fec0::/10', 'ff00::/8',
]

const denied = new BlockList()
for (const [list, family] of [[DENIED_V4, 'ipv4'], [DENIED_V6, 'ipv6']] as const) {
  for (const network of list) {
    const [address = '', bits = '0'] = network.split('/')
    denied.addSubnet(address, Number(bits), family)
  }
}

export const isPublic = (address: string): boolean => {
  const family = isIP(address)
  return family !== 0 && !denied.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

export type AllowList = { allows(host: string, port: number, address: string): boolean }

/**
 * Reads `127.0.0.1:9099, 10.0.0.0/8, ntfy.lan, smtp.lan:25`. An entry with a port opens that port
 * only; a network opens its addresses; a name opens whatever the name resolves to.
 */
export function parseAllowList(text: string): AllowList {
  const networks = new BlockList()
  const hosts = new Set<string>()
  for (const entry of text.split(/[\s,]+/).filter((one) => one !== '')) {
    const network = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(entry)
    if (network?.[1] && isIP(network[1]) !== 0) {
      networks.addSubnet(network[1], Number(network[2]), isIP(network[1]) === 4 ? 'ipv4' : 'ipv6')
    } else hosts.add(entry.toLowerCase().replace(/^\[([^\]]*)\]/, '$1'))
  }
  const family = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6')
  return {
    allows: (host, port, address) =>
      hosts.has(host) ||
      hosts.has(`${host}:${port}`) ||
      hosts.has(address) ||
      hosts.has(`${address}:${port}`) ||
      networks.check(address, family(address)),
  }
}
