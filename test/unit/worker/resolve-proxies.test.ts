import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/config/config-error.ts';
import { resolveProxies } from '../../../src/worker/resolve-proxies.ts';

describe('proxies of the environment', () => {
  it('are none where it names none', () => {
    expect(resolveProxies({})).toEqual({ http: '', https: '', except: '' });
  });

  it('are read in capitals, and before that in small letters', () => {
    const HTTP_PROXY = 'http://capital.example.com:3128';
    expect(
      resolveProxies({ HTTP_PROXY, HTTPS_PROXY: HTTP_PROXY, https_proxy: 'http://small/', NO_PROXY: '.lan' }),
    ).toEqual({ http: HTTP_PROXY, https: 'http://small/', except: '.lan' });
  });

  it.each(['proxy', 'me:secret@proxy:3128', 'ftp://me:secret@proxy', 'http://'])(
    'that are no addresses are refused, and not repeated: %s',
    (HTTPS_PROXY) => {
      const refused = () => resolveProxies({ HTTPS_PROXY });
      expect(refused).toThrow(ConfigError);
      expect(refused).toThrow('HTTPS_PROXY is not the address of a proxy.');
      expect(refused).not.toThrow('secret');
    },
  );
});
