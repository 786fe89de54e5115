"""The local API: the page's services as JSON, under /api. docs/engineer/api.md describes it, and /api/openapi.json exactly."""
