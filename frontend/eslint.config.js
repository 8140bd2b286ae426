import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Imports run one way: texts ← lib ← theme ← api ← components ← pages. */
const floors = ['texts', 'lib', 'theme', 'api', 'components', 'pages'];

/** @type {import('eslint').Linter.Config[]} */
const oneWay = floors.map((floor, i) => ({
  files: [`src/${floor}/**/*.{ts,tsx}`],
  ignores: ['**/*.test.{ts,tsx}'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '^(\\.\\./)+(texts|lib|theme|api|components|pages|testing)(/|$)',
            message: 'Another floor is @/….',
          },
          ...[...floors.slice(i + 1), 'testing'].map((above) => ({
            group: [`@/${above}`, `@/${above}/*`],
            message: `${floor}/ may not know ${above}/.`,
          })),
        ],
      },
    ],
  },
}));

export default defineConfig(
  { ignores: ['dist', 'test-results', 'src/api/schema.d.ts', 'src/routeTree.gen.ts'] },
  ...tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat['recommended-latest'],
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['public/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/only-throw-error': [
        'error',
        {
          allow: [{ from: 'package', package: '@tanstack/router-core', name: ['Redirect', 'NotFoundError'] }],
        },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // The compiler that would trip over it is not in use.
      'react-hooks/incompatible-library': 'off',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        {
          // React calls what an effect returns. scrollIntoView(), for one, returns a promise in newer browsers.
          selector:
            'CallExpression[callee.name=/^use(Layout)?Effect$/] > ArrowFunctionExpression:first-child[body.type!=/^(BlockStatement|ArrowFunctionExpression)$/]',
          message: 'Give the effect a body, so that it returns nothing but a function that cleans up.',
        },
      ],
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    // What is called use… here is for tests, not for components.
    files: ['**/*.test.{ts,tsx}', 'e2e/**', 'src/testing/**'],
    rules: { 'react-hooks/rules-of-hooks': 'off' },
  },
  ...oneWay,
);
