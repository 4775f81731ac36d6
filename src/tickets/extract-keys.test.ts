import { describe, expect, test } from '@jest/globals';
import { extractClosingNumbers, extractKeys, extractOwnKeys } from './extract-keys.ts';

const projects = ['SOC', 'DEVOPS', 'JIRA', 'PAC', 'F2'];

describe('keys of tickets (handbook K1)', () => {
  test.each<[text: string, found: string[]]>([
    ['SOC-1', ['SOC-1']],
    ['soc-1: lower case', ['SOC-1']],
    ['feature/soc-12-login', ['SOC-12']],
    ['[SOC-1] (SOC-2) #SOC-3, SOC-4.', ['SOC-1', 'SOC-2', 'SOC-3', 'SOC-4']],
    ['SOC-1 and soc-1 and SOC-1', ['SOC-1']],
    ['SOC-1,DEVOPS-22', ['SOC-1', 'DEVOPS-22']],
    ['x-SOC-1', ['SOC-1']],
    ['2PAC-1', []],
    ['F-67', []],
    ['F2-67', ['F2-67']],
    ['JIRA-123abcd', []],
    ['JIRA-0', []],
    ['JIRA-012', []],
    ['UTF-8 SHA-256 CVE-2024-1 ISO-8601', []],
    ['XSOC-1', []],
    ['SOC-1a', []],
    ['SOC', []],
    ['', []],
  ])('%j names %j', (text, found) => {
    expect(extractKeys([text], { projects })).toEqual(found);
  });

  test('underscores only count where they are allowed, by a switch or by a project that has one', () => {
    const text = 'DEV_OPS-12 UTF-8 CVE-2024 fixes #7';
    expect(extractKeys([text], { projects: ['DEV_OPS'] })).toEqual(['DEV_OPS-12']);
    expect(extractKeys([text], { projects: ['OPS'] })).toEqual(['OPS-12']);
    expect(extractKeys([text], { projects: ['OPS'], underscore: true })).toEqual([]);
    expect(extractClosingNumbers([text], 'acme/app')).toEqual([7]);
    const branches = ['DEV_OPS-12_fix', 'feature_DEV_OPS-13', 'fix_SOC-14_it', 'dev_ops-15', 'my_dev_ops-16'];
    expect(extractKeys(branches, { projects: ['DEV_OPS', 'SOC'] })).toEqual(['DEV_OPS-12', 'DEV_OPS-13', 'SOC-14', 'DEV_OPS-15']);
  });

  test('the order is that of the texts, and a long text costs little', () => {
    expect(extractKeys(['SOC-9', 'SOC-1 SOC-9'], { projects })).toEqual(['SOC-9', 'SOC-1']);
    const started = performance.now();
    extractKeys(['A'.repeat(500_000), 'SOC-'.repeat(50_000), 'a-'.repeat(200_000)], { projects, underscore: true });
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

describe('closing keywords', () => {
  test.each<[text: string, found: number[]]>([
    ['fixes #7', [7]],
    ['Closes: #1, resolves #2 and fixed #3', [1, 2, 3]],
    ['close #4 closed #5 resolve #6 resolved #8 fix #9', [4, 5, 6, 8, 9]],
    ['fixes acme/app#7, fixes acme/web#8', [7]],
    ['Fixes https://github.com/acme/app/issues/12', [12]],
    ['see #7', []],
    ['prefixes #7', []],
    ['fixes#7', []],
    ['fixes #0', []],
  ])('%j closes %j', (text, found) => {
    expect(extractClosingNumbers([text], 'acme/app')).toEqual(found);
  });

  test('tickets of our own have keys as well', () => {
    expect(extractOwnKeys(['T-12: x', 't-3, ABT-4 T-5x T-0 X-T-6'])).toEqual(['T-12', 'T-3']);
  });
});
