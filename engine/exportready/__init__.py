"""ExportReady: can this batch be exported from ServiceTitan to QuickBooks Desktop now?"""

__version__ = "0.1.0"
