"""Excel workbooks (.xlsx, .xlsm), in this process: looked through before the Excel reader opens them."""
