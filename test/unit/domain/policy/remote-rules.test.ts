import { describe, expect, it } from 'vitest';
import { inBothRemotes, isRemotePattern, remoteAllowed, remotePlace } from '#domain/policy/remote-rules.ts';

describe('where an address leads', () => {
  it.each([
    ['https://GitHub.com/acme/core.git', 'https://github.com/acme/core'],
    ['HTTPS://token@github.com:443/acme/core/', 'https://github.com/acme/core'],
    ['https://github.com:8443', 'https://github.com:8443'],
    ['git@github.com:acme/core.git', 'ssh://github.com/acme/core'],
    ['github.com:/srv/core', 'ssh://github.com/srv/core'],
    ['ssh://git@github.com:22/acme/core', 'ssh://github.com/acme/core'],
    ['ssh://[::1]:2222/~me/core', 'ssh://[::1]:2222/~me/core'],
    ['file:///srv//git/core.git', '/srv/git/core'],
    ['/srv/git/core.git/', '/srv/git/core'],
    ['/home/me/core/.git', '/home/me/core/.git'],
    ['/', '/'],
  ])('%s is %s', (address, place) => {
    expect(remotePlace(address)).toBe(place);
    expect(isRemotePattern(place)).toBe(true);
  });

  it.each([
    '../core',
    'core',
    '~/core',
    '/srv/git/../other',
    'https://github.com/acme/../other',
    'https://github.com/acme//core',
    'https://github.com/acme/%2e%2e/other',
    'https://github.com/acme?x=/core',
    'https://a@b@github.com/acme',
    'https://github.com\\@evil.example/acme',
    'https:///acme',
    'file://host/srv',
    'ext::sh -c whoami',
    'git://github.com/acme',
    'https://github.com/acme\n/core',
    '',
  ])('cannot be told of %j', (address) => {
    expect(remotePlace(address)).toBeUndefined();
    expect(remoteAllowed({ remotes: ['/', 'https://github.com', 'ssh://github.com'] }, address)).toBe(false);
  });
});

describe('a list of remotes', () => {
  const remotes = ['/srv/git', 'https://github.com/acme', 'ssh://example.com'];
  it.each([
    ['git@example.com:anything/at/all.git', true],
    ['https://github.com/acme', true],
    ['https://me@github.com/acme/core.git', true],
    ['/srv/git/core.git', true],
    ['https://github.com/acme-evil/core', false],
    ['https://github.com.evil.example/acme/core', false],
    ['https://github.com:8443/acme/core', false],
    ['http://github.com/acme/core', false],
    ['ssh://github.com/acme/core', false],
    ['/srv/gitx', false],
    ['/srv', false],
  ])('of %s says %s', (address, allowed) => {
    expect(remoteAllowed({ remotes }, address)).toBe(allowed);
  });

  it('that is not there allows everything, and an empty one nothing', () => {
    expect(remoteAllowed({ remotes: null }, '../core')).toBe(true);
    expect(remoteAllowed({ remotes: [] }, '/srv/git')).toBe(false);
  });

  it('together with another allows what both allow', () => {
    expect(inBothRemotes(['/srv', 'https://a.example/x'], ['/srv/git', 'https://a.example'])).toEqual([
      '/srv/git',
      'https://a.example/x',
    ]);
    expect(inBothRemotes(['/'], ['/srv'])).toEqual(['/srv']);
    expect(inBothRemotes(['/a'], ['/ab'])).toEqual([]);
  });
});
