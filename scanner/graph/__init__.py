"""Who depends on whom in the fleet: producers, edges, cycles and reach. Pure: inventories in, a graph out.

``build.py`` draws the edges, from what ``producers.py`` and ``places.py`` know of the fleet; ``cycles.py`` and
``reach.py`` read the finished graph.
"""
