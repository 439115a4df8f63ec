/*
 * Examples of other tools' formats. The notes are of the layout of the Git AI Standard v3.0.0, section 1.2.7
 * (github.com/git-ai-project/git-ai, specs/git_ai_standard_v3.0.0.md, Apache-2.0), with its keys and metadata; the trace
 * records are examples of Agent Trace 0.1.0 (github.com/cursor/agent-trace, README 6.2 and appendix A, CC BY 4.0),
 * shortened. Names of people and places are made up.
 */

/** A note with sessions, a person and a key of an older version. */
export const GIT_AI_NOTE = `src/main.rs
  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15-20
  s_c9883b05a2487d::t_a1b2c3d4e5f678 25,30-35
  h_31dce776f88375 42-50
"src/my lib.rs"
  abcd1234abcd1234 1-50
---
{
  "schema_version": "authorship/3.0.0",
  "git_ai_version": "1.4.5",
  "base_commit_sha": "7734793b756b3921c88db5375a8c156e9532447b",
  "prompts": {
    "abcd1234abcd1234": {
      "agent_id": { "tool": "cursor", "id": "old_session_id", "model": "gpt-4" },
      "human_author": "Developer <dev@example.com>",
      "total_additions": 50,
      "total_deletions": 0,
      "accepted_lines": 50,
      "overriden_lines": 0
    }
  },
  "humans": { "h_31dce776f88375": { "author": "Developer <dev@example.com>" } },
  "sessions": {
    "s_c9883b05a2487d": {
      "agent_id": { "tool": "claude", "id": "conv_abc123", "model": "claude-sonnet-4-5-20250514" },
      "human_author": "dev@example.com"
    }
  }
}`;

/** The example record of the specification. */
export const TRACE_RECORD = {
  version: '0.1.0',
  id: '550e8400-e29b-41d4-a716-446655440000',
  timestamp: '2026-01-23T14:30:00Z',
  vcs: { type: 'git', revision: 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0' },
  tool: { name: 'cursor', version: '2.4.0' },
  files: [
    {
      path: 'src/utils/parser.ts',
      conversations: [
        {
          url: 'https://api.example.com/v1/conversations/12345',
          contributor: { type: 'ai', model_id: 'anthropic/claude-opus-4-5-20251101' },
          ranges: [{ start_line: 42, end_line: 67, content_hash: 'murmur3:9f2e8a1b' }],
          related: [{ type: 'session', url: 'https://api.example.com/v1/sessions/67890' }],
        },
      ],
    },
    {
      path: 'src/utils/helpers.ts',
      conversations: [
        {
          url: 'https://api.example.com/v1/conversations/12345',
          contributor: { type: 'ai', model_id: 'openai/gpt-4o' },
          ranges: [
            { start_line: 10, end_line: 25 },
            { start_line: 26, end_line: 26, contributor: { type: 'human' } },
          ],
        },
      ],
    },
  ],
  metadata: { confidence: 0.95, 'dev.cursor': { workspace_id: 'ws-abc123' } },
};
