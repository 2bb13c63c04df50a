"""Reading documents: what a file is (sniff), and its pages, read in a confined process (sandbox, render).

Left empty of imports, because the confined process starts with it and must start fast.
"""
