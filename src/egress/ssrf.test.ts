/** T2: what must not be reached, in all the ways in which it can be written. */
import { describe, expect, test } from 'vitest'
import { createEgress, EgressError } from './egress.ts'

/** Answers every name with a public address, so that only the name itself can be at fault. */
const toPublic = async () => ['93.184.216.34']

/** Why the URL is refused; `open` where it would be connected to, which the signal prevents. */
async function reasonFor(url: string, resolve = toPublic, allow = ''): Promise<string> {
  const egress = createEgress({ resolve, allow })
  try {
    await egress.request({ method: 'POST', url, signal: AbortSignal.abort() })
    return 'answered'
  } catch (error) {
    if (!(error instanceof EgressError)) throw error
    expect(error.maybeDelivered).toBe(false)
    return error.reason === 'aborted' ? 'open' : error.reason
  } finally {
    egress.close()
  }
}

const LOOPBACK = [
  'http://127.0.0.1/',
  'http://127.0.0.1:8080/',
  'http://127.1/',
  'http://127.0.1/',
  'http://127.255.255.254/',
  'http://2130706433/',
  'http://017700000001/',
  'http://0177.0.0.1/',
  'http://0177.1/',
  'http://0x7f.0.0.1/',
  'http://0x7f.1/',
  'http://0x7f000001/',
  'http://0X7F000001/',
  'http://0x7F.0x0.0x0.0x1/',
  'http://127.0.0.01/',
  'http://127.000.000.001/',
  'http://127.0x0.0.1/',
  'http://127.0.0.1./',
  'http://%31%32%37.0.0.1/',
  'http://127%2e0%2e0%2e1/',
  'http://１２７.０.０.１/',
  'http://①②⑦.⓪.⓪.①/',
  'http://127。0。0。1/',
  'http://127．0．0．1/',
  'http://127｡0｡0｡1/',
  'http:127.0.0.1/',
  'http:/127.0.0.1/',
  'http:///127.0.0.1/',
  'http:\\\\127.0.0.1\\',
  'http://127.0.0.1\\@example.com/',
  'http://127.0.0.1#@example.com/',
  'http://127.0.0.1?@example.com/',
  'http://127.0.0.1:80#.example.com/',
  'HTTP://127.0.0.1/',
  'https://127.0.0.1/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[0000:0000:0000:0000:0000:0000:0000:0001]/',
  'http://[::0001]/',
  'http://[::0.0.0.1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::FFFF:7F00:0001]/',
  'http://[0:0:0:0:0:ffff:127.0.0.1]/',
  'http://[::127.0.0.1]/',
  'http://[::7f00:1]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::127.0.0.1]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:7f00:0001::1]/',
  'http://[2001:0:7f00:1::]/',
  'http://[2001:0000:4136:e378:8000:63bf:807f:fffe]/',
]

const NOBODYS = [
  'http://0/',
  'http://0.0.0.0/',
  'http://0.0.0.1/',
  'http://00000000000/',
  'http://0x0/',
  'http://[::]/',
  'http://[0::0]/',
  'http://255.255.255.255/',
  'http://4294967295/',
  'http://0xffffffff/',
  'http://240.0.0.1/',
  'http://254.1.2.3/',
  'http://224.0.0.1/',
  'http://239.255.255.250:1900/',
  'http://[ff02::1]/',
  'http://[ff0e::1]/',
  'http://192.0.2.1/',
  'http://198.51.100.7/',
  'http://203.0.113.9/',
  'http://198.18.0.1/',
  'http://198.19.255.255/',
  'http://192.88.99.1/',
  'http://192.31.196.1/',
  'http://192.52.193.1/',
  'http://192.175.48.1/',
  'http://[2001:db8::1]/',
  'http://[2001:db8:ffff::]/',
  'http://[3fff::1]/',
  'http://[100::1]/',
  'http://[100:0:0:1::1]/',
  'http://[5f00::1]/',
  'http://[2001:2::1]/',
  'http://[2001:10::1]/',
  'http://[2001:20::1]/',
  'http://[2001:1::1]/',
  'http://[3ffe::1]/',
  'http://[4000::1]/',
  'http://[8000::1]/',
  'http://[c000::1]/',
  'http://[e000::1]/',
  'http://[1::1]/',
  'http://[2620:4f:8000::1]/',
]

const PRIVATE = [
  'http://10.0.0.1/',
  'http://10.255.255.255/',
  'http://10.1/',
  'http://167772161/',
  'http://0x0a000001/',
  'http://012.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://2886729729/',
  'http://192.168.0.1/',
  'http://192.168.1/',
  'http://3232235521/',
  'http://0xc0a80001/',
  'http://0300.0250.0.1/',
  'http://100.64.0.1/',
  'http://100.127.255.255/',
  'http://192.0.0.1/',
  'http://[fc00::1]/',
  'http://[fd00::1]/',
  'http://[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/',
  'http://[fe80::1]/',
  'http://[febf::1]/',
  'http://[fec0::1]/',
  'http://[feff::1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[::ffff:a00:1]/',
  'http://[::ffff:192.168.1.1]/',
  'http://[64:ff9b::10.0.0.1]/',
  'http://[64:ff9b::a00:1]/',
  'http://[2002:a00:1::]/',
  'http://[2002:c0a8:101::1]/',
]

const METADATA = [
  'http://169.254.169.254/latest/meta-data/',
  'http://169.254.169.254./',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0xA9.0xFE.0xA9.0xFE/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://169.16689662/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::169.254.169.254]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[fd00:ec2::254]/',
  'http://[fd20:ce::254]/',
  'http://169.254.170.2/v2/credentials',
  'http://169.254.170.23/',
  'http://169.254.0.1/',
  'http://100.100.100.200/latest/meta-data/',
  'http://192.0.0.192/',
  'http://168.63.129.16/',
  'http://１６９.２５４.１６９.２５４/',
]

const NO_ADDRESS = [
  '',
  ' ',
  'example.com',
  '//example.com/',
  '/relative',
  'http://',
  'http://:80/',
  'http://?',
  'https://#',
  'ftp://example.com/',
  'file:///etc/passwd',
  'file://example.com/etc/passwd',
  'gopher://127.0.0.1:6379/_INFO',
  'dict://127.0.0.1:11211/stats',
  'ldap://example.com/',
  'ws://example.com/',
  'wss://example.com/',
  'data:text/plain,hello',
  'javascript:alert(1)',
  'blob:http://example.com/x',
  'jar:http://example.com!/',
  'unix:/var/run/docker.sock',
  'http+unix://%2Fvar%2Frun%2Fdocker.sock/info',
  'http://user@example.com/',
  'http://user:pass@example.com/',
  'http://example.com@127.0.0.1/',
  'http://127.0.0.1:80@example.com/',
  'http://:pass@example.com/',
  'http://example.com:0/',
  'http://example.com:65536/',
  'http://example.com:-1/',
  'http://example.com:80x/',
  'http://exa mple.com/',
  ' http://example.com/',
  'http://example.com/\r\nx-injected: 1',
  'http://example.com/a\tb',
  'http://exam\nple.com/',
  'http://example.com/\u0000',
  'http://example.com/\u0085',
  'http://[::1/',
  'http://::1/',
  'http://[fe80::1%25eth0]/',
  'http://[::1%lo]/',
  'http://[127.0.0.1]/',
  'http://256.0.0.1/',
  'http://1.2.3.4.5/',
  'http://0x100000000/',
  'http://example.com%00.evil.test/',
  'http://a^b/',
  'http://a|b/',
  `http://example.com/${'a'.repeat(5_000)}`,
]

const BAD_PORTS = [22, 23, 25, 110, 143, 465, 587, 2049, 6000, 6379, 11_211]

describe.each([
  ['loopback', LOOPBACK],
  ['nobody’s address', NOBODYS],
  ['private', PRIVATE],
  ['metadata', METADATA],
])('%s', (_name, urls) => {
  test.each(urls)('%j is blocked', async (url) => {
    expect(await reasonFor(url)).toBe('blockedAddress')
  })
})

describe('no address at all', () => {
  test.each(NO_ADDRESS)('%j is refused', async (url) => {
    expect(await reasonFor(url)).toBe('badUrl')
  })
})

describe('ports of other protocols', () => {
  test.each(BAD_PORTS)('port %i is refused', async (port) => {
    expect(await reasonFor(`http://example.com:${port}/`)).toBe('blockedPort')
  })

  test('the allow list opens one by its name and port, not by a network', async () => {
    const at = async () => ['10.0.0.7']
    expect(await reasonFor('http://cache.lan:6379/', at, 'cache.lan:6379')).toBe('open')
    expect(await reasonFor('http://10.0.0.7:6379/', at, '10.0.0.0/8')).toBe('blockedPort')
  })
})

describe('names', () => {
  const names: readonly (readonly [string, string[]])[] = [
    ['http://localhost/', ['127.0.0.1']],
    ['http://localhost./', ['127.0.0.1']],
    ['http://LOCALHOST/', ['::1']],
    ['http://ｌｏｃａｌｈｏｓｔ/', ['127.0.0.1']],
    ['http://localhost.localdomain/', ['127.0.0.1']],
    ['http://127.0.0.1.nip.test/', ['127.0.0.1']],
    ['http://metadata.google.internal/', ['169.254.169.254']],
    ['http://both.test/', ['93.184.216.34', '10.0.0.1']],
    ['http://both.test/', ['10.0.0.1', '93.184.216.34']],
    ['http://both.test/', ['93.184.216.34', '::1']],
    ['http://mapped.test/', ['::ffff:127.0.0.1']],
    ['http://zone.test/', ['fe80::1%eth0']],
    ['http://zone.test/', ['2606:4700::1%eth0']],
    ['http://zone.test/', ['93.184.216.34%lo']],
    ['http://odd.test/', ['0x7f.1']],
    ['http://odd.test/', ['not an address']],
    ['http://many.test/', Array.from({ length: 40 }, (_, n) => `93.184.216.${n}`)],
  ]
  test.each(names)('%s leading to %j is blocked', async (url, addresses) => {
    expect(await reasonFor(url, async () => addresses)).toBe('blockedAddress')
  })

  test('a name that nobody knows is told apart', async () => {
    expect(await reasonFor('http://gone.test/', async () => [])).toBe('dnsFailed')
    const failing = () => Promise.reject(new Error('ENOTFOUND'))
    expect(await reasonFor('http://gone.test/', failing)).toBe('dnsFailed')
  })
})

describe('what is public is open', () => {
  const open = [
    'http://93.184.216.34/',
    'https://1.1.1.1/',
    'http://8.8.8.8:8080/',
    'http://9.255.255.255/',
    'http://11.0.0.0/',
    'http://100.63.255.255/',
    'http://100.128.0.0/',
    'http://126.255.255.255/',
    'http://128.0.0.1/',
    'http://169.253.255.255/',
    'http://169.255.0.0/',
    'http://172.15.255.255/',
    'http://172.32.0.0/',
    'http://192.167.255.255/',
    'http://192.169.0.0/',
    'http://198.17.255.255/',
    'http://198.20.0.0/',
    'http://223.255.255.255/',
    'http://[2606:4700:4700::1111]/',
    'http://[2a00:1450:4001::1]/',
    'https://[2001:200::1]/',
    'https://example.com/hook?a=1#part',
    'https://example.com.:8443/',
    'https://bücher.example/',
  ]
  test.each(open)('%s', async (url) => {
    expect(await reasonFor(url)).toBe('open')
  })
})

describe('the allow list', () => {
  const at = (address: string) => async () => [address]
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['127.0.0.1:9099', 'http://127.0.0.1:9099/', '', 'open'],
    ['127.0.0.1:9099', 'http://2130706433:9099/', '', 'open'],
    ['127.0.0.1:9099', 'http://127.0.0.1:9098/', '', 'blockedAddress'],
    ['127.0.0.1:9099', 'http://127.0.0.2:9099/', '', 'blockedAddress'],
    ['127.0.0.1', 'http://127.0.0.1:1234/', '', 'open'],
    ['127.0.0.1', 'http://localhost:1234/', '127.0.0.1', 'open'],
    ['127.0.0.1', 'http://localhost:1234/', '::1', 'blockedAddress'],
    ['localhost', 'http://localhost:1234/', '::1', 'open'],
    ['LOCALHOST.', 'http://localhost./', '::1', 'open'],
    ['10.0.0.0/8', 'http://10.1.2.3/', '', 'open'],
    ['10.0.0.0/8', 'http://11.1.2.3/', '', 'open'],
    ['10.0.0.0/8', 'http://192.168.0.1/', '', 'blockedAddress'],
    ['10.0.0.0/31', 'http://10.0.0.1/', '', 'open'],
    ['10.0.0.0/31', 'http://10.0.0.2/', '', 'blockedAddress'],
    ['10.0.0.0/8', 'http://hooks.lan/', '10.9.9.9', 'open'],
    ['10.0.0.0/8', 'http://[::ffff:10.0.0.1]/', '', 'blockedAddress'],
    ['hooks.lan', 'http://hooks.lan/', '10.9.9.9', 'open'],
    ['hooks.lan:81', 'http://hooks.lan/', '10.9.9.9', 'blockedAddress'],
    ['hooks.lan', 'http://evil.hooks.lan/', '10.9.9.9', 'blockedAddress'],
    ['hooks.lan', 'http://hooks.lan.evil.test/', '10.9.9.9', 'blockedAddress'],
    ['fd00::/8', 'http://[fd12::1]/', '', 'open'],
    ['[::1]:9099', 'http://[::1]:9099/', '', 'open'],
    ['[::1]:9099', 'http://[::1]:9098/', '', 'blockedAddress'],
    ['::1', 'http://[0:0::1]:5/', '', 'open'],
    [' a.lan , 10.0.0.0/8 ,', 'http://10.0.0.1/', '', 'open'],
    ['0.0.0.0/0', 'http://169.254.169.254/', '', 'blockedAddress'],
    ['169.254.0.0/16', 'http://169.254.169.254/', '', 'blockedAddress'],
    ['evil.lan', 'http://evil.lan/', '169.254.169.254', 'blockedAddress'],
    ['169.254.169.254', 'http://169.254.169.254/', '', 'open'],
  ]
  test.each(cases)('%j: %s at %j is %s', async (allow, url, address, expected) => {
    expect(await reasonFor(url, at(address), allow)).toBe(expected)
  })

  const bad = [
    'a b',
    'http://a.lan',
    '10.0.0.0/33',
    '10.0.0/8',
    'a.lan:0',
    'a.lan:99999',
    '*.lan',
    'x/y',
    '300.1.1.1',
    '[::1',
    '-a.lan',
  ]
  test.each(bad)('%j is refused in words, before anything starts', (allow) => {
    expect(() => createEgress({ allow })).toThrow(/ALLCLEAR_EGRESS_ALLOW/)
  })
})

describe('a mail server’s host', () => {
  const check = (host: string, port = 587) =>
    createEgress({ resolve: toPublic })
      .checkHost(host, port)
      .catch((error: EgressError) => error.reason)

  test.each(['127.1', '0x7f.1', '2130706433', '[::1]', '::1', '::ffff:127.0.0.1', '１２７.0.0.1'])(
    '%s is made plain and blocked',
    async (host) => {
      expect(await check(host)).toBe('blockedAddress')
    },
  )

  test.each([
    '',
    'a b',
    'user@mail.example.com',
    'mail.example.com/x',
    'mail.example.com:25',
    'mail.example.com?',
    'mail\r\n.example.com',
    'x'.repeat(300),
  ])('%j is no host', async (host) => {
    expect(await check(host)).toBe('badUrl')
  })

  test('gives the address that was checked', async () => {
    expect(await check('mail.example.com', 25)).toBe('93.184.216.34')
    expect(await check('mail.example.com', 0)).toBe('badUrl')
  })
})
