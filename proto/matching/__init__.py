"""How the values of each FlowFilter field match, one room a kind of value.

Every builder takes the values of one field and gives a function of just the part of a flow that the
field looks at (see `proto.parts`). The values are alternatives: one that matches is enough. A value
that cannot be meant raises ValueError, whose text holds the value.
"""
